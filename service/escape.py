"""Text that came out of a file, made safe for a terminal: the one way there."""

LONGEST = 200
"""Characters kept of one string: a title of 10,000 characters would push the verdict off the screen."""


def escape(text: object, *, longest: int = LONGEST) -> str:
    r"""Return the text with everything unprintable spelled out as `\u{…}`, cut to `longest` characters.

    Unprintable is what `str.isprintable` says: control characters (ANSI escapes, newlines, NUL), format characters
    (bidirectional overrides, zero-width joiners), separators other than the space, lone surrogates (file names that
    are not UTF-8), private use and unassigned code points. So a string takes one line, in the order it is stored.
    """
    string = str(text)
    safe = "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in string[:longest])
    return safe if len(string) <= longest else f"{safe}… ({len(string)} characters)"
