"""The settings of a mail inbox, section by section: incoming, outgoing, sender; and the checks that try them out."""
