/* json.h - is a text one value of JSON (RFC 8259)? */
#ifndef TB_JSON_H
#define TB_JSON_H

#include <stdbool.h>

bool json_parses(const char *text);

#endif
