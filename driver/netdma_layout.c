/* netdma_layout.c - the NetDMA descriptor and completion word are the engine's.
 *
 * Nothing here runs: netdma.h writes the documented values down, ioat_regs.def the
 * engine's, and this file compiles only while they agree.
 */
#include "ioat_regs.h"
#include "netdma.h"

#define SAME_FIELD(documented, engine)                                                         \
    _Static_assert(offsetof(NET_DMA_DESCRIPTOR, documented) ==                                 \
                           offsetof(struct ioat_desc, engine) &&                               \
                       sizeof((NET_DMA_DESCRIPTOR){.TransferSize = 0}.documented) ==           \
                           sizeof((struct ioat_desc){0}.engine),                               \
                   #documented)
SAME_FIELD(TransferSize, size);
SAME_FIELD(ControlFlags, control);
SAME_FIELD(SourceAddress, src);
SAME_FIELD(DestinationAddress, dst);
SAME_FIELD(NextDescriptor, next);
SAME_FIELD(NextSourceAddress, next_src);
SAME_FIELD(NextDestinationAddress, next_dst);
SAME_FIELD(UserContext1, user1);
SAME_FIELD(UserContext2, user2);
_Static_assert(sizeof(NET_DMA_DESCRIPTOR) == sizeof(struct ioat_desc), "descriptor size");

#define SAME_BIT(documented, engine) \
    _Static_assert((documented) == IOAT_CONTROL_##engine, #documented)
SAME_BIT(NET_DMA_INTERRUPT_ON_COMPLETION, INT_EN);
SAME_BIT(NET_DMA_SOURCE_NO_SNOOP, SRC_NO_SNOOP);
SAME_BIT(NET_DMA_DESTINATION_NO_SNOOP, DST_NO_SNOOP);
SAME_BIT(NET_DMA_STATUS_UPDATE_ON_COMPLETION, COMPL_WRITE);
SAME_BIT(NET_DMA_SERIALIZE_TRANSFER, FENCE);
SAME_BIT(NET_DMA_NULL_TRANSFER, NULL_XFER);
SAME_BIT(NET_DMA_SOURCE_PAGE_BREAK, SRC_PAGE_BREAK);
SAME_BIT(NET_DMA_DESTINATION_PAGE_BREAK, DST_PAGE_BREAK);
SAME_BIT(NET_DMA_DESTINATION_DCA_ENABLE, DST_DCA);
SAME_BIT(NET_DMA_OP_TYPE_MASK, OP);

#define SAME_STATE(documented, engine) \
    _Static_assert((int)(documented) == (int)IOAT_CHANSTS_STATE_##engine, #documented)
SAME_STATE(NetDmaTransferStatusActive, ACTIVE);
SAME_STATE(NetDmaTransferStatusIdle, IDLE);
SAME_STATE(NetDmaTransferStatusSuspend, SUSPENDED);
SAME_STATE(NetDmaTransferStatusHalted, HALTED);
SAME_STATE(NetDmaTransferStatusArmed, ARMED);
_Static_assert(NET_DMA_TRANSFER_STATUS_MASK == IOAT_CHANSTS_STATE, "status mask");
_Static_assert(NET_DMA_OP_TYPE_CONTEXT_CHANGE ==
                   (uint32_t)IOAT_CONTROL_OP_CONTEXT << IOAT_CONTROL_OP_LSB,
               "context change");
