#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed_words.py WORDS.txt OUT.c: a word list as the table of factor/common.h.

Rows of one width, sorted by bytes, so that it is looked up with bsearch(3) and
needs no relocation when a program starts.
"""
import sys

WIDTH = 24  # FACTOR_COMMON_WIDTH


def read(path):
    words = []
    with open(path, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            word = line.rstrip("\n")
            if word.startswith("# "):
                continue
            if not word or word != word.lower() or len(word) >= WIDTH:
                sys.exit(f"{path}:{number}: empty, too long or upper case")
            if words and words[-1] >= word:
                sys.exit(f"{path}:{number}: out of order, or twice")
            words.append(word)
    return words


def main():
    words = read(sys.argv[1])
    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write('#include "factor/common.h"\n')
        out.write(f"_Static_assert(FACTOR_COMMON_WIDTH == {WIDTH}, "
                  '"tools/embed_words.py");\n')
        out.write(f"const size_t factor_common_count = {len(words)};\n")
        out.write("const char factor_common_words[][FACTOR_COMMON_WIDTH]"
                  " = {\n")
        for word in words:
            text = word.replace("\\", "\\\\").replace('"', '\\"')
            # "??=" and its like would be trigraphs in ISO C.
            out.write('\t"%s",\n' % text.replace("?", "\\?"))
        out.write("};\n")


main()
