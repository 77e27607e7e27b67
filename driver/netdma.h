/* netdma.h - the NetDMA interface as a provider sees it, versions 1.0 to 2.1.
 *
 *   client --- netdma_client.h ---> interface library ---> callbacks ---> provider ---> engine
 *                                          ^                                  |
 *                                          +--- NetDmaIsr, NetDmaInterruptDpc-+
 *
 * Names, types, values and layouts are the documented ones in their 64-bit form. ULONG
 * is 32 bits wide here whatever the compiler's long is, and WCHAR is 16 bits.
 * Compiling this header checks every size and offset of the NetDMA sheet, section 2;
 * netdma_layout.c checks the descriptor against the engine's.
 *
 * Levels. Each function names the levels that it may be called at (IRQL, see
 * netdma_platform.h). A call at any other level is reported to the platform's
 * on_violation and otherwise does nothing.
 *
 * Handles are opaque. A dead or foreign handle is ignored and logged.
 *
 * The functions act on the current interface object (netdma_interface.h); while there
 * is none they fail, do nothing, or return 0.
 *
 * Providers older than an addition of this header simply do not use it; only Size
 * tells the library what a structure holds.
 */
#ifndef NETDMA_H
#define NETDMA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- basic types ---- */

#define VOID void
typedef void *PVOID;
typedef uint8_t UCHAR;
typedef uint16_t USHORT;
typedef uint32_t ULONG, *PULONG;
typedef int32_t LONG;
typedef uint32_t UINT;
typedef uint64_t ULONG64;
typedef int64_t LONGLONG;
typedef int32_t NTSTATUS;
typedef uint16_t WCHAR, *PWCHAR;
typedef uint64_t KAFFINITY;

/* A bus address in bytes; signed, as the kernel has it. Passed by value everywhere. */
typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

/* Lengths are bytes without a terminator. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCHAR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;

/* Processors 64 * Group + n for every set bit n of Mask. */
typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

/* Never looked into. */
typedef struct _DEVICE_OBJECT *PDEVICE_OBJECT;

/* ---- status codes ---- */

#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)

/* The three of the provider's side. STATUS_RESOURCES is the pages' name for the
 * standard STATUS_INSUFFICIENT_RESOURCES. */
#define STATUS_SUCCESS                ((NTSTATUS)0x00000000)
#define STATUS_UNSUCCESSFUL           ((NTSTATUS)0xC0000001)
#define STATUS_INSUFFICIENT_RESOURCES ((NTSTATUS)0xC000009A)
#define STATUS_RESOURCES              STATUS_INSUFFICIENT_RESOURCES

/* Only on the client's side. */
#define STATUS_TIMEOUT                ((NTSTATUS)0x00000102)
#define STATUS_PENDING                ((NTSTATUS)0x00000103)
#define STATUS_INVALID_HANDLE         ((NTSTATUS)0xC0000008)
#define STATUS_INVALID_PARAMETER      ((NTSTATUS)0xC000000D)
#define STATUS_BUFFER_TOO_SMALL       ((NTSTATUS)0xC0000023)
#define STATUS_CANCELLED              ((NTSTATUS)0xC0000120)

/* ---- the descriptor ---- */

/* ControlFlags. From SOURCE_PAGE_BREAK on: providers of 2.0 and later only. */
#define NET_DMA_INTERRUPT_ON_COMPLETION     0x00000001u
#define NET_DMA_SOURCE_NO_SNOOP             0x00000002u
#define NET_DMA_DESTINATION_NO_SNOOP        0x00000004u
#define NET_DMA_STATUS_UPDATE_ON_COMPLETION 0x00000008u  /* write the completion word */
#define NET_DMA_SERIALIZE_TRANSFER          0x00000010u  /* all written before the next reads */
#define NET_DMA_NULL_TRANSFER               0x00000020u  /* moves nothing */
#define NET_DMA_SOURCE_PAGE_BREAK           0x00000040u  /* then NextSourceAddress */
#define NET_DMA_DESTINATION_PAGE_BREAK      0x00000080u  /* then NextDestinationAddress */
#define NET_DMA_DESTINATION_DCA_ENABLE      0x00000200u

/* The operation is the whole top byte; anything but these two is unknown. In a
 * context change bit 0 asks to take the DCA context, and for no interrupt (A8). */
#define NET_DMA_OP_TYPE_MASK                0xFF000000u
#define NET_DMA_OP_TYPE_STANDARD_DMA        0x00000000u
#define NET_DMA_OP_TYPE_CONTEXT_CHANGE      0xFF000000u
#define NET_DMA_DCA_CONTEXT_CHANGE          0x00000001u

/* No source gives the value: all bits without a name, which are written 0. */
#define NET_DMA_RESERVED_MASK               0x00FFFD00u
#define NET_DMA_RESERVED_MASK_1X            0x00FFFFC0u

/* 64 bytes, at a multiple of 64 (A1), little-endian. NextDescriptor: 0 ends a 1.x
 * list; from 2.0 on it always names the descriptor of the next append. */
typedef struct _NET_DMA_DESCRIPTOR {
    union {
        ULONG TransferSize;              /* bytes, 0..MaximumTransferSize */
        struct {
            ULONG DCAContext : 32;
        } DCAContext32;
        struct {
            ULONG DCAContext : 16;
            ULONG Reserved : 16;
        } DCAContext16;
        struct {
            ULONG DCAContext : 8;        /* the form that the library writes: APIC id */
            ULONG Reserved : 24;
        } DCAContext8;
    };
    ULONG ControlFlags;
    PHYSICAL_ADDRESS SourceAddress;
    PHYSICAL_ADDRESS DestinationAddress;
    PHYSICAL_ADDRESS NextDescriptor;
    union {
        ULONG64 Reserved1;               /* 1.x: the provider's */
        PHYSICAL_ADDRESS NextSourceAddress;       /* 4 KiB aligned */
    };
    union {
        ULONG64 Reserved2;               /* 1.x: the provider's */
        PHYSICAL_ADDRESS NextDestinationAddress;  /* 4 KiB aligned */
    };
    ULONG64 UserContext1;                /* the library's: nobody else writes them */
    ULONG64 UserContext2;
} NET_DMA_DESCRIPTOR, *PNET_DMA_DESCRIPTOR;

/* ---- the completion word ---- */

/* The 8 bytes at CompletionPhysicalAddress: the bus address of the last completed
 * descriptor with the status in its low bits; bits 5:3 are 0. One 8-byte load. */
#define NET_DMA_TRANSFER_STATUS_MASK        0x00000007u

typedef enum _NET_DMA_TRANSFER_STATUS {
    NetDmaTransferStatusActive  = 0,     /* more descriptors wait */
    NetDmaTransferStatusIdle    = 1,     /* it was the last one pending */
    NetDmaTransferStatusSuspend = 2,
    NetDmaTransferStatusHalted  = 3,     /* by an error, an abort or a reset */
    NetDmaTransferStatusArmed   = 4      /* nothing completed yet; no address */
} NET_DMA_TRANSFER_STATUS;

/* ---- channels ---- */

#define NET_DMA_CHANNEL_REVISION_1 1
#define NET_DMA_CHANNEL_REVISION_2 2
/* Spelling of the structure's page. */
#define NET_DMA_CHANNEL_PARAMETERS_REVISION_1 NET_DMA_CHANNEL_REVISION_1
#define NET_DMA_CHANNEL_PARAMETERS_REVISION_2 NET_DMA_CHANNEL_REVISION_2

/* The library writes Size 40 for revision 1 and 56 for revision 2; a provider takes
 * 36 and more for revision 1 (A14). Revision 2 goes to providers of 2.1. */
typedef struct _NET_DMA_CHANNEL_PARAMETERS {
    USHORT Revision;
    USHORT Size;                         /* bytes */
    ULONG Flags;                         /* 0 */
    PVOID CompletionVirtualAddress;
    PHYSICAL_ADDRESS CompletionPhysicalAddress;   /* 8-byte aligned */
    ULONG ProcessorAffinityMask;         /* bit n: processor n of group 0 is acceptable */
    ULONG ChannelPriority;               /* larger first; the provider takes its maximum for more */
    ULONG CpuNumber;                     /* out: the processor of the channel's DPC */
    GROUP_AFFINITY ProcessorAffinityMaskEx;       /* revision 2 */
} NET_DMA_CHANNEL_PARAMETERS, *PNET_DMA_CHANNEL_PARAMETERS;

/* Through the last member, without padding: 36 and 56. */
#define SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1 \
    (offsetof(NET_DMA_CHANNEL_PARAMETERS, CpuNumber) + sizeof(ULONG))
#define SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2 \
    (offsetof(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMaskEx) + sizeof(GROUP_AFFINITY))

typedef struct _NET_DMA_CHANNEL_CPU_AFFINITY {
    ULONG DmaChannel;                    /* 0..MaxDmaChannelCount - 1 */
    ULONG CpuNumber;                     /* of that channel's MSI-X message */
} NET_DMA_CHANNEL_CPU_AFFINITY, *PNET_DMA_CHANNEL_CPU_AFFINITY;

/* ---- the provider's callbacks ----
 *
 * Callbacks of one channel never overlap; different channels are independent. The
 * library holds no lock that NetDmaIsr or NetDmaInterruptDpc needs while it calls.
 * All but the first run at DISPATCH or below: no sleeping, bounded polling.
 *
 * Results outside the sets given here count as STATUS_UNSUCCESSFUL and are logged.
 */

/* Processors for the interrupts of all channels. CpuAffinityArraySize: bytes (A17).
 * Called by NetDmaRegisterProvider, so before the provider has its handle, and only when
 * the platform has MSI-X. May be NULL (A5). PASSIVE. SUCCESS, RESOURCES, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_CHANNELS_CPU_AFFINITY_HANDLER)(
    PVOID ProviderContext, PNET_DMA_CHANNEL_CPU_AFFINITY CpuAffinityArray,
    ULONG CpuAffinityArraySize);

/* NetDmaChannelHandle is for NetDmaIsr and NetDmaInterruptDpc; *pProviderChannelContext
 * goes to all callbacks of the channel. SUCCESS, RESOURCES, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_CHANNEL_ALLOCATE_HANDLER)(
    PVOID ProviderContext, PNET_DMA_CHANNEL_PARAMETERS ChannelParameters,
    PVOID NetDmaChannelHandle, PVOID *pProviderChannelContext);

/* Nothing is outstanding, and no callback of the channel follows. */
typedef VOID (*DMA_CHANNEL_FREE_HANDLER)(PVOID ProviderChannelContext);

/* Runs a list; a running one ends with its current descriptor. 1.x follows the list and
 * may ignore the count, 2.x follows the count (A4). SUCCESS, RESOURCES, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_START_HANDLER)(
    PVOID ProviderChannelContext, PNET_DMA_DESCRIPTOR DescriptorVirtualAddress,
    PHYSICAL_ADDRESS DescriptorPhysicalAddress, ULONG DescriptorCount);

/* Goes on with a list: 1.x was linked by the library before the call, 2.x continues at
 * the last NextDescriptor. Never first after allocate, abort and reset.
 * SUCCESS, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_APPEND_HANDLER)(
    PVOID ProviderChannelContext, PNET_DMA_DESCRIPTOR DescriptorVirtualAddress,
    PHYSICAL_ADDRESS DescriptorPhysicalAddress, ULONG DescriptorCount);

/* Returns when the current descriptor is done. On entry *pLastDescriptor points to 8
 * bytes of the caller; the provider stores the address of the last processed descriptor
 * there, or points *pLastDescriptor to 8 bytes of its own that hold it (A3).
 * SUCCESS, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_SUSPEND_HANDLER)(PVOID ProviderChannelContext,
                                        PPHYSICAL_ADDRESS *pLastDescriptor);

/* Reads the last processed descriptor again and goes on with its NextDescriptor.
 * SUCCESS, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_RESUME_HANDLER)(PVOID ProviderChannelContext);

/* Stops at once and forgets the list. SUCCESS, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_ABORT_HANDLER)(PVOID ProviderChannelContext);

/* Stops at once and returns to the state after allocation; no descriptor submitted
 * before is touched afterwards. SUCCESS, UNSUCCESSFUL. */
typedef NTSTATUS (*DMA_RESET_HANDLER)(PVOID ProviderChannelContext);

/* ---- registration ---- */

/* MajorVersion and MinorVersion: the interface version that the provider implements (A15). */
#define NET_DMA_PROVIDER_REVISION_1 1
#define NET_DMA_PROVIDER_REVISION_2 2

/* Flags. DCA: 2.0 and later, under both of its names; processor groups: 2.1. */
#define NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED 0x00000001u
#define NET_DMA_PROVIDER_ATTRIBUTES_DCA_SUPPORTED \
    NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED
#define NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS          0x00000002u

/* Size: 112, or 96 from a 1.x provider that was compiled without FriendlyName. */
typedef struct _NET_DMA_PROVIDER_CHARACTERISTICS {
    UCHAR MajorVersion;
    UCHAR MinorVersion;
    USHORT Size;
    ULONG Flags;
    PDEVICE_OBJECT PhysicalDeviceObject;
    ULONG MaxDmaChannelCount;
    DMA_CHANNELS_CPU_AFFINITY_HANDLER SetDmaChannelCpuAffinity;  /* or NULL */
    DMA_CHANNEL_ALLOCATE_HANDLER AllocateDmaChannel;
    DMA_CHANNEL_FREE_HANDLER FreeDmaChannel;
    DMA_START_HANDLER StartDma;
    DMA_SUSPEND_HANDLER SuspendDma;      /* or NULL; never without ResumeDma */
    DMA_RESUME_HANDLER ResumeDma;        /* or NULL */
    DMA_ABORT_HANDLER AbortDma;          /* or NULL */
    DMA_APPEND_HANDLER AppendDma;
    DMA_RESET_HANDLER ResetChannel;      /* or NULL */
    UNICODE_STRING FriendlyName;         /* 2.0 and later: must be given */
} NET_DMA_PROVIDER_CHARACTERISTICS, *PNET_DMA_PROVIDER_CHARACTERISTICS;

#define SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X \
    offsetof(NET_DMA_PROVIDER_CHARACTERISTICS, FriendlyName)

typedef struct _NET_DMA_PROVIDER_ATTRIBUTES {
    UCHAR MajorHwVersion;
    UCHAR MinorHwVersion;
    USHORT Size;                         /* 32 */
    ULONG Flags;                         /* 0 */
    ULONG VendorId;                      /* of PCI */
    ULONG DmaChannelCount;               /* 1..MaxDmaChannelCount */
    ULONG MaximumTransferSize;           /* bytes a descriptor, 4096 or more */
    PHYSICAL_ADDRESS MaximumAddressSpace;         /* the largest address within reach, unsigned */
} NET_DMA_PROVIDER_ATTRIBUTES, *PNET_DMA_PROVIDER_ATTRIBUTES;

/* ---- events ---- */

#define NET_DMA_PNP_NOTIFICATION_REVISION_1 1

/* 1..4 go from the library to clients; 5 and 6 come from providers and are passed on. */
typedef enum _NET_DMA_PNP_NOTIFICATION_CODE {
    NetDmaNotificationProviderRegistered = 1,
    NetDmaNotificationProviderArrival    = 2,    /* started */
    NetDmaNotificationProviderRemoval    = 3,    /* about to stop (A19) */
    NetDmaNotificationChannelArrival     = 4,    /* a channel is free where none was */
    NetDmaNotificationProviderPowerDown  = 5,    /* before low power */
    NetDmaNotificationProviderPowerUp    = 6,    /* after working power is back */
    NetDmaNotificationMax                = 7     /* exclusive bound (A18) */
} NET_DMA_PNP_NOTIFICATION_CODE;

typedef struct _NET_DMA_PNP_NOTIFICATION {
    ULONG StructureRevision;             /* 1 */
    ULONG StructureSize;                 /* 32 */
    NET_DMA_PNP_NOTIFICATION_CODE NotificationCode;
    PVOID Buffer;                        /* NULL, */
    ULONG BufferLength;                  /* 0 for all codes of today */
} NET_DMA_PNP_NOTIFICATION, *PNET_DMA_PNP_NOTIFICATION;

/* ---- what a provider calls ---- */

/* Introduces an engine; once for each, before its interrupts are assigned. The library
 * copies everything, the name too. With MSI-X SetDmaChannelCpuAffinity is called before
 * this returns; its failure is logged only. Nothing else is called before
 * NetDmaProviderStart.
 *
 *   ProviderContext         goes back unchanged to SetDmaChannelCpuAffinity and
 *                           AllocateDmaChannel
 *   pNetDmaProviderHandle   the handle for all later calls; NULL on failure
 *
 * PASSIVE.
 * STATUS_UNSUCCESSFUL: a pointer or a mandatory callback is NULL; Size is not one of its
 *   version; the version is newer than NetDmaGetVersion or is 0.x; SuspendDma without
 *   ResumeDma; MaxDmaChannelCount 0; 2.x without a friendly name; Flags that the version
 *   does not have.
 * STATUS_RESOURCES: no memory, or more than 65536 channels. */
NTSTATUS NetDmaRegisterProvider(PVOID ProviderContext, PVOID *pNetDmaProviderHandle,
                                PNET_DMA_PROVIDER_CHARACTERISTICS ProviderCharacteristics);

/* Ends what NetDmaRegisterProvider began. A started provider is stopped first, and
 * that is logged. PASSIVE. */
VOID NetDmaDeregisterProvider(PVOID NetDmaProviderHandle);

/* All channels are initialised: callbacks may come, even before this returns. Ignored and
 * logged: Size or Flags wrong, MaximumTransferSize below 4096, DmaChannelCount 0 or above
 * the registered maximum, a provider that is started already. PASSIVE. */
VOID NetDmaProviderStart(PVOID NetDmaProviderHandle,
                         PNET_DMA_PROVIDER_ATTRIBUTES ProviderAttributes);

/* Tells the clients, waits until the outstanding work of every channel is done, frees
 * the channels through FreeDmaChannel and returns; no callback follows. The caller holds
 * no lock that its callbacks, ISR or DPC need. Channels of the clients live on and copy
 * with the CPU. When work does not end within the interface's drain_ns, the channel is
 * reset or aborted and its requests fail with STATUS_CANCELLED. Not started: nothing. PASSIVE. */
VOID NetDmaProviderStop(PVOID NetDmaProviderHandle);

/* From the channel's interrupt routine, with the address of the last completed
 * descriptor. *pCpuNumber: where to queue the DPC; 0 for a handle that is not known. DIRQL. */
VOID NetDmaIsr(PVOID NetDmaChannelHandle, PHYSICAL_ADDRESS DmaDescriptor, PULONG pCpuNumber);

/* From the channel's DPC, with the address of the last completed descriptor, or 0 after
 * an error or when no completion caused the call. The library looks at the completion
 * word and does the rest in a DPC of its own, so a provider may call this from within a
 * callback too. 0 without a halted word: a 1.0 provider asks for a new start with a NULL
 * transfer (A6); with later ones the channel counts as failed when nothing completes
 * within the interface's grace_ns. DISPATCH. */
VOID NetDmaInterruptDpc(PVOID NetDmaChannelHandle, PHYSICAL_ADDRESS DmaDescriptor);

/* Version of the interface: major in bits 31:16, minor in bits 15:0; 0x00020001 unless
 * the interface object was made older. An interface of 1.0 has no such function:
 * NdisGetRoutineAddress (netdma_interface.h) does not find it. PASSIVE. */
UINT NetDmaGetVersion(VOID);

/* Power events of a started provider of 1.1 or later. ProviderPowerDown returns when the
 * clients know and all work is done; ProviderPowerUp starts every allocated channel
 * anew, then tells the clients. Ignored and logged: an older provider, other codes, wrong
 * revision or size, an event that does not follow its counterpart. PASSIVE. */
VOID NetDmaPnPEventNotify(PVOID NetDmaProviderHandle, PNET_DMA_PNP_NOTIFICATION PnPEvent);

/* ---- layout (the NetDMA sheet, section 2) ---- */

#ifndef __cplusplus
#define NETDMA_AT(type, member, offset) \
    _Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define NETDMA_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)

NETDMA_SIZE(PVOID, 8);
NETDMA_SIZE(PHYSICAL_ADDRESS, 8);
NETDMA_SIZE(UNICODE_STRING, 16);
NETDMA_AT(UNICODE_STRING, MaximumLength, 2);
NETDMA_AT(UNICODE_STRING, Buffer, 8);
NETDMA_SIZE(GROUP_AFFINITY, 16);
NETDMA_AT(GROUP_AFFINITY, Group, 8);
NETDMA_AT(GROUP_AFFINITY, Reserved, 10);
NETDMA_SIZE(NET_DMA_TRANSFER_STATUS, 4);

NETDMA_SIZE(NET_DMA_DESCRIPTOR, 0x40);
NETDMA_AT(NET_DMA_DESCRIPTOR, TransferSize, 0x00);
NETDMA_AT(NET_DMA_DESCRIPTOR, DCAContext32, 0x00);
NETDMA_AT(NET_DMA_DESCRIPTOR, DCAContext16, 0x00);
NETDMA_AT(NET_DMA_DESCRIPTOR, DCAContext8, 0x00);
NETDMA_AT(NET_DMA_DESCRIPTOR, ControlFlags, 0x04);
NETDMA_AT(NET_DMA_DESCRIPTOR, SourceAddress, 0x08);
NETDMA_AT(NET_DMA_DESCRIPTOR, DestinationAddress, 0x10);
NETDMA_AT(NET_DMA_DESCRIPTOR, NextDescriptor, 0x18);
NETDMA_AT(NET_DMA_DESCRIPTOR, Reserved1, 0x20);
NETDMA_AT(NET_DMA_DESCRIPTOR, NextSourceAddress, 0x20);
NETDMA_AT(NET_DMA_DESCRIPTOR, Reserved2, 0x28);
NETDMA_AT(NET_DMA_DESCRIPTOR, NextDestinationAddress, 0x28);
NETDMA_AT(NET_DMA_DESCRIPTOR, UserContext1, 0x30);
NETDMA_AT(NET_DMA_DESCRIPTOR, UserContext2, 0x38);

NETDMA_SIZE(NET_DMA_CHANNEL_PARAMETERS, 56);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, Revision, 0x00);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, Size, 0x02);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, Flags, 0x04);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, CompletionVirtualAddress, 0x08);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, CompletionPhysicalAddress, 0x10);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMask, 0x18);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, ChannelPriority, 0x1C);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, CpuNumber, 0x20);
NETDMA_AT(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMaskEx, 0x28);
_Static_assert(SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1 == 36, "revision 1");
_Static_assert(SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2 == 56, "revision 2");

NETDMA_SIZE(NET_DMA_CHANNEL_CPU_AFFINITY, 8);
NETDMA_AT(NET_DMA_CHANNEL_CPU_AFFINITY, DmaChannel, 0);
NETDMA_AT(NET_DMA_CHANNEL_CPU_AFFINITY, CpuNumber, 4);

NETDMA_SIZE(NET_DMA_PROVIDER_CHARACTERISTICS, 0x70);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, MajorVersion, 0x00);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, MinorVersion, 0x01);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, Size, 0x02);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, Flags, 0x04);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, PhysicalDeviceObject, 0x08);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, MaxDmaChannelCount, 0x10);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, SetDmaChannelCpuAffinity, 0x18);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, AllocateDmaChannel, 0x20);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, FreeDmaChannel, 0x28);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, StartDma, 0x30);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, SuspendDma, 0x38);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, ResumeDma, 0x40);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, AbortDma, 0x48);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, AppendDma, 0x50);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, ResetChannel, 0x58);
NETDMA_AT(NET_DMA_PROVIDER_CHARACTERISTICS, FriendlyName, 0x60);
_Static_assert(SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X == 96, "1.x characteristics");

NETDMA_SIZE(NET_DMA_PROVIDER_ATTRIBUTES, 0x20);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, MajorHwVersion, 0x00);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, MinorHwVersion, 0x01);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, Size, 0x02);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, Flags, 0x04);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, VendorId, 0x08);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, DmaChannelCount, 0x0C);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, MaximumTransferSize, 0x10);
NETDMA_AT(NET_DMA_PROVIDER_ATTRIBUTES, MaximumAddressSpace, 0x18);

NETDMA_SIZE(NET_DMA_PNP_NOTIFICATION, 0x20);
NETDMA_AT(NET_DMA_PNP_NOTIFICATION, StructureRevision, 0x00);
NETDMA_AT(NET_DMA_PNP_NOTIFICATION, StructureSize, 0x04);
NETDMA_AT(NET_DMA_PNP_NOTIFICATION, NotificationCode, 0x08);
NETDMA_AT(NET_DMA_PNP_NOTIFICATION, Buffer, 0x10);
NETDMA_AT(NET_DMA_PNP_NOTIFICATION, BufferLength, 0x18);

_Static_assert(NET_DMA_DCA_CONTEXT_CHANGE == NET_DMA_INTERRUPT_ON_COMPLETION,
               "one bit, told apart by the operation");
#undef NETDMA_AT
#undef NETDMA_SIZE
#endif

#ifdef __cplusplus
}
#endif

#endif
