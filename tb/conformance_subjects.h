/* conformance_subjects.h - the providers that are plugged into the suite. */
#ifndef CONFORMANCE_SUBJECTS_H
#define CONFORMANCE_SUBJECTS_H

#include "conformance.h"
#include "reference_engine.h"

/* The provider of driver/ on the simulated engine. */
extern const struct subject_ops engine_subject;

/* The reference provider; subject.variant is its enum defect. */
extern const struct subject_ops reference_subject;

/* ---- wrong providers ---- */

struct wrong_provider {
    enum defect defect;
    unsigned major, minor;       /* where the rule holds */
    const char *caught_by;       /* a prefix of the names of the tests that must fail; the class is
                                    what stands before its last number */
    const char *what;            /* it does */
};
extern const struct wrong_provider wrong_providers[];
unsigned wrong_providers_n(void);

#endif
