"""RFC 3676 format=flowed: soft line breaks joined, quote depth kept."""


def unflow(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next line of the same quote depth; "-- " never does."""
    lines: list[str] = []
    paragraph = ""
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if open_depth == depth and not is_signature:
            paragraph += content
        else:
            if open_depth >= 0:
                lines.append(_line(open_depth, paragraph))
            paragraph = content
        open_depth = depth if content.endswith(" ") and not is_signature else -1
        if open_depth < 0:
            lines.append(_line(depth, paragraph))
        elif delete_space:
            paragraph = paragraph[:-1]
    if open_depth >= 0:
        lines.append(_line(open_depth, paragraph))
    return "\n".join(lines)


def _line(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
