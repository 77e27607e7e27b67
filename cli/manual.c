/* manual.c - see manual.h. What --help says is the source of both. */
#include "manual.h"

#include <string.h>

#include "command.h"
#include "ioat_regs.h"
#include "netdma_version.h"

/* ---- man ---- */

/* Lines that begin with a dot or a quote, and backslashes, mean something to man. */
static void print_text(FILE *out, const char *text, const char *name)
{
    for (bool begins = true; *text; begins = *text++ == '\n') {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '@')
            fprintf(out, "netdma %s", name);
        else if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
}

static void print_block(FILE *out, const char *text, const char *name)
{
    fputs(".PP\n.nf\n", out);
    print_text(out, text, name);
    fputs(".fi\n", out);
}

void manual_print(FILE *out)
{
    fprintf(out, ".TH NETDMA 1 \"\" \"netdma %s\" \"User Commands\"\n", NETDMA_VERSION);
    fputs(".SH NAME\nnetdma \\- a PCIe DMA engine, simulated clock by clock\n.SH SYNOPSIS\n", out);
    for (const struct command *const *command = commands; *command; command++) {
        fprintf(out, ".B netdma %s\n", (*command)->name);
        print_text(out, (*command)->arguments, "");
        fputs("\n.br\n", out);
    }
    fputs(".B netdma\n\\-\\-help | \\-\\-version | \\-\\-man | \\-\\-completion\n.SH DESCRIPTION\n", out);
    print_text(out, command_about, "");
    fputs(".SH COMMANDS\n", out);
    for (const struct command *const *command = commands; *command; command++) {
        fprintf(out, ".SS %s\n", (*command)->name);
        print_text(out, (*command)->text, "");
        fputs(".\n", out);
        print_block(out, (*command)->help, (*command)->name);
    }
    fputs(".SH EXAMPLES\n", out);
    print_block(out, command_examples, "");
    fputs(".SH EXIT STATUS\n", out);
    print_text(out, command_statuses, "");
}

/* ---- completion ---- */

void manual_print_completion(FILE *out)
{
    fputs("# bash completion for netdma; printed by netdma --completion.\n"
          "_netdma()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        words='--help --version --man --completion", out);
    for (const struct command *const *command = commands; *command; command++)
        fprintf(out, " %s", (*command)->name);
    fputs("'\n    else\n        case ${COMP_WORDS[1]} in\n", out);
    for (const struct command *const *command = commands; *command; command++) {
        fprintf(out, "            %s) words='--help", (*command)->name);
        for (const struct option *option = (*command)->options; option->name; option++)
            fprintf(out, " --%s", option->name);
        if (!strcmp((*command)->name, "decode"))
            for (const struct ioat_reg_info *reg = ioat_reg_table; reg->name; reg++)
                fprintf(out, " %s", reg->name);
        fputs("' ;;\n", out);
    }
    fputs("        esac\n"
          "    fi\n"
          "    while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -W \"$words\" -- \"$cur\")\n"
          "    [ \"$COMP_CWORD\" -eq 1 ] || case $cur in\n"
          "        -*) ;;\n"
          "        *) while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -f -- \"$cur\") ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _netdma netdma\n", out);
}
