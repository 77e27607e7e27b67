/* words.h - registers and descriptors in words, as text or as JSON. */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ioat_regs.h"

/* "CHANSTS 0x10000081 STATE=IDLE COMPLETED=0x10000080" */
void words_register(FILE *out, const struct ioat_reg_info *reg, uint64_t value);
/* {"register":"CHANSTS","value":268435585,"fields":{"STATE":"IDLE",...}} */
void words_register_json(FILE *out, const struct ioat_reg_info *reg, uint64_t value);

/* Eight lines, a line a word; {"SIZE":...,"CONTROL":{...},...}. */
void words_descriptor(FILE *out, const struct ioat_desc *desc);
void words_descriptor_json(FILE *out, const struct ioat_desc *desc);

#endif
