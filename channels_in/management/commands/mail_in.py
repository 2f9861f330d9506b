"""`mail_in`: the process that takes mail in over SMTP and LMTP; in the demo it also plays the customers' server."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channels_in.email.demo_sink import sink_handler
from channels_in.email.smtp import DoorServer, LmtpDoor, door_certificate, mail_handler


class Command(BaseCommand):
    help = "Take mail in over SMTP (MAIL_IN_HOST, MAIL_IN_PORT) until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.MAIL_IN_HOST)
        parser.add_argument("--port", type=int, default=settings.MAIL_IN_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._serve(options["host"], options["port"]))
        except OSError as error:
            raise CommandError(f"Cannot listen for mail: {error.strerror or error}.") from error

    async def _serve(self, host: str, port: int) -> None:
        tls = door_certificate()
        servers = [DoorServer(mail_handler(), host=host, port=port, tls=tls)]
        if lmtp_port := settings.MAIL_IN_LMTP_PORT:
            servers.append(DoorServer(mail_handler(), host=host, port=lmtp_port, speaks=LmtpDoor, tls=tls))
        if settings.DEMO:
            servers.append(DoorServer(sink_handler(), host="127.0.0.1", port=settings.DEMO_MAIL_PORT))
        stopped = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stopped.set)
        for server in servers:
            await server.start()
            self.stdout.write(f"Mail comes in at {server.host}:{server.port}")
        await stopped.wait()
        for server in servers:
            await server.stop()
            server.handler.close()
