/* ioat_status.h - the one list of results of every library in this tree. */
#ifndef IOAT_STATUS_H
#define IOAT_STATUS_H

#define IOAT_STATUS_LIST(X)                                                                \
    X(IOAT_OK,        0,  "success")                                                       \
    X(IOAT_EINVAL,   -1,  "an argument is out of range")                                   \
    X(IOAT_ENOMEM,   -2,  "out of memory")                                                 \
    X(IOAT_EFULL,    -3,  "no free descriptor")                                            \
    X(IOAT_ETIME,    -4,  "the device did not answer in time")                             \
    X(IOAT_EHALTED,  -5,  "the channel halted on an error")                                \
    X(IOAT_ENODEV,   -6,  "no device, or not an I/OAT 3.x engine")                         \
    X(IOAT_ESTATE,   -7,  "not possible in the channel's present state")                   \
    X(IOAT_EFAULT,   -8,  "the address is not mapped, or not with that right")             \
    X(IOAT_EIO,      -9,  "a file or the operating system reported an error")              \
    X(IOAT_EVIOLATED, -10, "the simulation ended on a rule violation")                     \
    X(IOAT_EREMOVED, -11, "the device reads all-ones: it is gone")                         \
    X(IOAT_ECANCELED, -12, "dropped by abort or reset before it was done")                 \
    X(IOAT_EPROTO,   -13, "the device gave an answer that it may not give")

enum ioat_status {
#define IOAT_STATUS_ENUM(name, value, text) name = value,
    IOAT_STATUS_LIST(IOAT_STATUS_ENUM)
#undef IOAT_STATUS_ENUM
};

#ifdef __cplusplus
extern "C" {
#endif

/* The text of a status, or "unknown status". Never NULL. */
const char *ioat_strstatus(enum ioat_status status);

#ifdef __cplusplus
}
#endif

#endif
