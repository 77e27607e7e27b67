/* json.c - see json.h. Each function takes a piece of the text and returns what follows it;
 * NULL: it is not there. */
#include "json.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { DEPTH = 64 };

static const char *value(const char *text, int depth);

static const char *blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

static const char *string(const char *text)
{
    if (*text++ != '"')
        return NULL;
    for (; *text != '"'; text++) {
        if ((unsigned char)*text < ' ')
            return NULL;
        if (*text == '\\' && !strchr("\"\\/bfnrtu", *++text))
            return NULL;
    }
    return text + 1;
}

static const char *digits(const char *text)
{
    const char *begin = text;

    while (isdigit((unsigned char)*text))
        text++;
    return text == begin ? NULL : text;
}

static const char *number(const char *text)
{
    text += *text == '-';
    if (*text == '0' && isdigit((unsigned char)text[1]))
        return NULL;
    text = digits(text);
    if (text && *text == '.')
        text = digits(text + 1);
    if (text && (*text == 'e' || *text == 'E')) {
        text++;
        text = digits(text + (*text == '-' || *text == '+'));
    }
    return text;
}

/* Between the brackets: items with commas, of an object with names. */
static const char *items(const char *text, char end, bool named, int depth)
{
    text = blanks(text);
    if (*text == end)
        return text + 1;
    for (;;) {
        if (named) {
            text = string(blanks(text));
            if (!text || *(text = blanks(text)) != ':')
                return NULL;
            text++;
        }
        text = value(text, depth);
        if (!text)
            return NULL;
        text = blanks(text);
        if (*text == end)
            return text + 1;
        if (*text++ != ',')
            return NULL;
    }
}

static const char *value(const char *text, int depth)
{
    static const char *const words[] = { "true", "false", "null" };

    text = blanks(text);
    if (depth > DEPTH)
        return NULL;
    if (*text == '{' || *text == '[')
        return items(text + 1, *text == '{' ? '}' : ']', *text == '{', depth + 1);
    if (*text == '"')
        return string(text);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++)
        if (!strncmp(text, words[n], strlen(words[n])))
            return text + strlen(words[n]);
    return number(text);
}

bool json_parses(const char *text)
{
    const char *rest = value(text, 0);

    return rest && !*blanks(rest);
}
