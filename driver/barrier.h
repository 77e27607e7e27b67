/* barrier.h - order between stores to memory, the device's writes and its registers.
 *
 * x86 keeps loads in order and stores in order, uncached ones too, so the compiler
 * is all there is to hold back; a store may pass a load, which no user here minds.
 * arm64 orders nothing by itself: the outer shareable domain holds the device.
 */
#ifndef IOAT_BARRIER_H
#define IOAT_BARRIER_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "descriptors and registers are little-endian and so must be the host"
#endif

#if defined(__aarch64__)
#define IOAT_BARRIER(kind) __asm__ volatile("dmb " kind ::: "memory")
#define ioat_store_barrier() IOAT_BARRIER("oshst")
#define ioat_load_barrier() IOAT_BARRIER("oshld")
#elif defined(__x86_64__)
#define ioat_store_barrier() __asm__ volatile("" ::: "memory")
#define ioat_load_barrier() __asm__ volatile("" ::: "memory")
#else
#define ioat_store_barrier() __sync_synchronize()
#define ioat_load_barrier() __sync_synchronize()
#endif

#endif
