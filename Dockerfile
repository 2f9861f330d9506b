# One image for every process of the desk; docker-compose.yml says which one each container runs.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HELPDESK_ENV=production \
    VAR_DIR=/var/lib/helpdesk
RUN useradd --system --uid 10001 --home-dir /var/lib/helpdesk --create-home helpdesk
COPY --from=packages /venv /venv
WORKDIR /srv/helpdesk
COPY . .
# Static files are part of the image; the values below are not used for anything else.
RUN SECRET_KEY=build FERNET_KEYS=build SITE_URL=https://build ALLOWED_HOSTS=build \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input --verbosity 0
USER helpdesk
VOLUME /var/lib/helpdesk
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", \
     "--blocking-threads", "4", "--no-access-log", "helpdesk.wsgi:application"]
