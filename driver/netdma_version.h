/* netdma_version.h - the version of everything in this tree, by the rules of semver.org: the public
 * headers, the command line and the register map are what it promises. */
#ifndef NETDMA_VERSION_H
#define NETDMA_VERSION_H

#define NETDMA_VERSION_MAJOR 0
#define NETDMA_VERSION_MINOR 1
#define NETDMA_VERSION_PATCH 0

#define NETDMA_VERSION_TEXT_(major, minor, patch) #major "." #minor "." #patch
#define NETDMA_VERSION_TEXT(major, minor, patch) NETDMA_VERSION_TEXT_(major, minor, patch)
#define NETDMA_VERSION \
    NETDMA_VERSION_TEXT(NETDMA_VERSION_MAJOR, NETDMA_VERSION_MINOR, NETDMA_VERSION_PATCH)

#endif
