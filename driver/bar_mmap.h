/* bar_mmap.h - the driver's platform on a real machine (Linux, 64-bit little-endian).
 *
 *   ioat_pci_open    BAR0 from sysfs. The function is bound to no driver or to
 *                    uio_pci_generic, and no IOMMU translates its addresses. DMA
 *                    memory: 2 MiB huge pages, whose physical address
 *                    /proc/self/pagemap tells. Needs root. No interrupts: poll.
 *   ioat_vfio_open   BAR0 and MSI-X through VFIO. The function is bound to vfio-pci,
 *                    and a type 1 IOMMU translates. DMA memory: any. The kernel owns
 *                    the MSI-X table: ioat_mapped_interrupts instead of ioat_msix_*.
 *
 * Registers may be accessed from several threads; DMA memory from one at a time.
 *
 * IOAT_EIO: the operating system said no, and errno says why. IOAT_ENODEV: BAR0 is
 * smaller than the engine's. IOAT_ENOMEM. On failure *mapped is NULL.
 *
 * Not verified on hardware. Tested: registers and the config word with ordinary
 * files in the place of sysfs; huge pages where the machine grants them; ioat_pci_open
 * in a QEMU guest, on the simulated function (docs/cosim.md).
 */
#ifndef IOAT_BAR_MMAP_H
#define IOAT_BAR_MMAP_H

#include "bar.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ioat_mapped;

/* dir: the function's directory, e.g. /sys/bus/pci/devices/0000:03:00.0. Turns
 * memory space and bus master on; close puts the command register back. Huge
 * pages come from the system's pool (sysctl vm.nr_hugepages); a buffer is at most
 * one huge page. */
enum ioat_status ioat_pci_open(const char *dir, struct ioat_mapped **mapped);

/* dir as above; its iommu_group names the VFIO group. */
enum ioat_status ioat_vfio_open(const char *dir, struct ioat_mapped **mapped);

/* Valid until close. */
void ioat_mapped_platform(struct ioat_mapped *mapped, struct ioat_platform *platform);

/* Vector v signals eventfd[v], for v < count. VFIO only, else IOAT_ESTATE. */
enum ioat_status ioat_mapped_interrupts(struct ioat_mapped *mapped, const int *eventfd,
                                        unsigned count);

/* Close the channels and free every DMA buffer first. Ends bus mastering, then
 * gives everything back; errno stays. NULL is a no-op. */
void ioat_mapped_close(struct ioat_mapped *mapped);

#ifdef __cplusplus
}
#endif

#endif
