/* test_netdma.c - the NetDMA library towards providers: layout, versions, registration,
 * start and stop, power, threads, misuse.
 *
 * Written from the NetDMA sheet and the public headers, without the library's source.
 * The scripted providers of netdma_rig.h judge every callback; what a test asserts comes
 * on top of that.
 */
#include <stddef.h>
#include <string.h>

#include "netdma_rig.h"
#include "tb.h"

Suite *netdma_suite(void);

static struct fake *register_only(struct nrig *rig, unsigned major, unsigned minor)
{
    struct fake *fake = fake_new(rig, major, minor);

    nrig_ok(fake_register(fake));
    return fake;
}

/* How the library sees a provider. */
static struct netdma_provider_info see(struct nrig *rig, const struct fake *fake)
{
    struct netdma_provider_info info[NRIG_FAKES];
    ULONG n = 0;

    nrig_ok(NetDmaEnumerateDmaProviders(rig->client, info, sizeof *info, NRIG_FAKES, &n));
    for (ULONG i = 0; i < n; i++)
        if (info[i].handle == fake->handle)
            return info[i];
    ck_abort_msg("the provider is not enumerated");
}

static ULONG providers(struct nrig *rig)
{
    ULONG n = UINT32_MAX;

    NetDmaEnumerateDmaProviders(rig->client, NULL, sizeof(struct netdma_provider_info), 0, &n);
    return n;
}

/* A registration fails, names no handle, and leaves nothing behind. */
static void is_refused(struct fake *fake)
{
    ULONG before = providers(fake->rig);

    fake->handle = fake;
    nrig_nt(fake_register(fake), STATUS_UNSUCCESSFUL);
    ck_assert_ptr_null(fake->handle);
    ck_assert_uint_eq(providers(fake->rig), before);
    ck_assert_uint_eq(fake->calls, 0);
}

/* Something was ignored, and said so. */
#define IGNORED(rig, call)                                                           \
    do {                                                                             \
        uint64_t ignored = nrig_stats(rig).ignored;                                  \
        unsigned logs = (rig)->logs;                                                 \
        call;                                                                        \
        ck_assert_msg(nrig_stats(rig).ignored > ignored, "%s: not counted", #call);  \
        ck_assert_msg((rig)->logs > logs, "%s: not logged", #call);                  \
    } while (0)

/* ---- section 2: layout ---- */

struct place {
    const char *name;
    size_t got, expected;
};

static void check_places(const struct place *place, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(place[i].got == place[i].expected, "%s: 0x%zx, expected 0x%zx", place[i].name,
                      place[i].got, place[i].expected);
}

#define AT(type, member, offset) \
    { #type "." #member, offsetof(type, member), offset }
#define WIDE(type, member, bytes) \
    { #type "." #member " bytes", sizeof(((type *)0)->member), bytes }
#define SIZE(type, bytes) \
    { #type " bytes", sizeof(type), bytes }
#define CHECK_PLACES(...)                                     \
    do {                                                      \
        static const struct place places[] = {__VA_ARGS__};   \
        check_places(places, sizeof places / sizeof *places); \
    } while (0)

/* Independent of the asserts in netdma.h, of which one could be lost. */
_Static_assert(sizeof(NET_DMA_DESCRIPTOR) == 64, "section 2.1");
_Static_assert(sizeof(NET_DMA_CHANNEL_PARAMETERS) == 56, "section 2.2");
_Static_assert(sizeof(NET_DMA_CHANNEL_CPU_AFFINITY) == 8, "section 2.3");
_Static_assert(sizeof(NET_DMA_PROVIDER_CHARACTERISTICS) == 112, "section 2.4");
_Static_assert(sizeof(NET_DMA_PROVIDER_ATTRIBUTES) == 32, "section 2.5");
_Static_assert(sizeof(NET_DMA_PNP_NOTIFICATION) == 32, "section 2.6");

START_TEST(section_2_types_have_their_widths)
{
    CHECK_PLACES(SIZE(UCHAR, 1), SIZE(USHORT, 2), SIZE(ULONG, 4), SIZE(UINT, 4), SIZE(NTSTATUS, 4),
                 SIZE(ULONG64, 8), SIZE(PVOID, 8), SIZE(DMA_START_HANDLER, 8),
                 SIZE(PHYSICAL_ADDRESS, 8), SIZE(UNICODE_STRING, 16), SIZE(GROUP_AFFINITY, 16),
                 SIZE(WCHAR, 2), SIZE(NET_DMA_TRANSFER_STATUS, 4),
                 SIZE(NET_DMA_PNP_NOTIFICATION_CODE, 4), AT(UNICODE_STRING, Length, 0),
                 AT(UNICODE_STRING, MaximumLength, 2), AT(UNICODE_STRING, Buffer, 8),
                 AT(GROUP_AFFINITY, Mask, 0), AT(GROUP_AFFINITY, Group, 8),
                 AT(GROUP_AFFINITY, Reserved, 10), WIDE(GROUP_AFFINITY, Mask, 8));
    ck_assert((ULONG)-1 > 0);
    ck_assert((NTSTATUS)-1 < 0);
    ck_assert(((PHYSICAL_ADDRESS){.QuadPart = -1}).QuadPart < 0);
}
END_TEST

START_TEST(section_2_1_descriptor)
{
    CHECK_PLACES(
        SIZE(NET_DMA_DESCRIPTOR, 0x40), AT(NET_DMA_DESCRIPTOR, TransferSize, 0x00),
        WIDE(NET_DMA_DESCRIPTOR, TransferSize, 4), AT(NET_DMA_DESCRIPTOR, DCAContext32, 0x00),
        WIDE(NET_DMA_DESCRIPTOR, DCAContext32, 4), AT(NET_DMA_DESCRIPTOR, DCAContext16, 0x00),
        WIDE(NET_DMA_DESCRIPTOR, DCAContext16, 4), AT(NET_DMA_DESCRIPTOR, DCAContext8, 0x00),
        WIDE(NET_DMA_DESCRIPTOR, DCAContext8, 4), AT(NET_DMA_DESCRIPTOR, ControlFlags, 0x04),
        WIDE(NET_DMA_DESCRIPTOR, ControlFlags, 4), AT(NET_DMA_DESCRIPTOR, SourceAddress, 0x08),
        WIDE(NET_DMA_DESCRIPTOR, SourceAddress, 8), AT(NET_DMA_DESCRIPTOR, DestinationAddress, 0x10),
        WIDE(NET_DMA_DESCRIPTOR, DestinationAddress, 8), AT(NET_DMA_DESCRIPTOR, NextDescriptor, 0x18),
        WIDE(NET_DMA_DESCRIPTOR, NextDescriptor, 8), AT(NET_DMA_DESCRIPTOR, Reserved1, 0x20),
        WIDE(NET_DMA_DESCRIPTOR, Reserved1, 8), AT(NET_DMA_DESCRIPTOR, NextSourceAddress, 0x20),
        WIDE(NET_DMA_DESCRIPTOR, NextSourceAddress, 8), AT(NET_DMA_DESCRIPTOR, Reserved2, 0x28),
        WIDE(NET_DMA_DESCRIPTOR, Reserved2, 8), AT(NET_DMA_DESCRIPTOR, NextDestinationAddress, 0x28),
        WIDE(NET_DMA_DESCRIPTOR, NextDestinationAddress, 8),
        AT(NET_DMA_DESCRIPTOR, UserContext1, 0x30), WIDE(NET_DMA_DESCRIPTOR, UserContext1, 8),
        AT(NET_DMA_DESCRIPTOR, UserContext2, 0x38), WIDE(NET_DMA_DESCRIPTOR, UserContext2, 8));

    /* The forms of the DCA context share the first word, low bits first. */
    NET_DMA_DESCRIPTOR desc = {.TransferSize = 0x12345678};
    ck_assert_uint_eq(desc.DCAContext32.DCAContext, 0x12345678);
    ck_assert_uint_eq(desc.DCAContext16.DCAContext, 0x5678);
    ck_assert_uint_eq(desc.DCAContext8.DCAContext, 0x78);
}
END_TEST

START_TEST(section_2_2_channel_parameters)
{
    CHECK_PLACES(
        SIZE(NET_DMA_CHANNEL_PARAMETERS, 56), AT(NET_DMA_CHANNEL_PARAMETERS, Revision, 0x00),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, Revision, 2), AT(NET_DMA_CHANNEL_PARAMETERS, Size, 0x02),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, Size, 2), AT(NET_DMA_CHANNEL_PARAMETERS, Flags, 0x04),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, Flags, 4),
        AT(NET_DMA_CHANNEL_PARAMETERS, CompletionVirtualAddress, 0x08),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, CompletionVirtualAddress, 8),
        AT(NET_DMA_CHANNEL_PARAMETERS, CompletionPhysicalAddress, 0x10),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, CompletionPhysicalAddress, 8),
        AT(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMask, 0x18),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMask, 4),
        AT(NET_DMA_CHANNEL_PARAMETERS, ChannelPriority, 0x1C),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, ChannelPriority, 4),
        AT(NET_DMA_CHANNEL_PARAMETERS, CpuNumber, 0x20),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, CpuNumber, 4),
        AT(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMaskEx, 0x28),
        WIDE(NET_DMA_CHANNEL_PARAMETERS, ProcessorAffinityMaskEx, 16));
    ck_assert_uint_eq(SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_1, 36);
    ck_assert_uint_eq(SIZEOF_NET_DMA_CHANNEL_PARAMETERS_REVISION_2, 56);
}
END_TEST

START_TEST(section_2_3_to_2_6_structures)
{
    CHECK_PLACES(
        SIZE(NET_DMA_CHANNEL_CPU_AFFINITY, 8), AT(NET_DMA_CHANNEL_CPU_AFFINITY, DmaChannel, 0),
        AT(NET_DMA_CHANNEL_CPU_AFFINITY, CpuNumber, 4),
        SIZE(NET_DMA_PROVIDER_CHARACTERISTICS, 0x70),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, MajorVersion, 0x00),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, MinorVersion, 0x01),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, Size, 0x02),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, Flags, 0x04),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, PhysicalDeviceObject, 0x08),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, MaxDmaChannelCount, 0x10),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, SetDmaChannelCpuAffinity, 0x18),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, AllocateDmaChannel, 0x20),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, FreeDmaChannel, 0x28),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, StartDma, 0x30),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, SuspendDma, 0x38),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, ResumeDma, 0x40),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, AbortDma, 0x48),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, AppendDma, 0x50),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, ResetChannel, 0x58),
        AT(NET_DMA_PROVIDER_CHARACTERISTICS, FriendlyName, 0x60),
        SIZE(NET_DMA_PROVIDER_ATTRIBUTES, 0x20), AT(NET_DMA_PROVIDER_ATTRIBUTES, MajorHwVersion, 0x00),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, MinorHwVersion, 0x01),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, Size, 0x02), AT(NET_DMA_PROVIDER_ATTRIBUTES, Flags, 0x04),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, VendorId, 0x08),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, DmaChannelCount, 0x0C),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, MaximumTransferSize, 0x10),
        AT(NET_DMA_PROVIDER_ATTRIBUTES, MaximumAddressSpace, 0x18),
        SIZE(NET_DMA_PNP_NOTIFICATION, 0x20), AT(NET_DMA_PNP_NOTIFICATION, StructureRevision, 0x00),
        AT(NET_DMA_PNP_NOTIFICATION, StructureSize, 0x04),
        AT(NET_DMA_PNP_NOTIFICATION, NotificationCode, 0x08),
        AT(NET_DMA_PNP_NOTIFICATION, Buffer, 0x10), AT(NET_DMA_PNP_NOTIFICATION, BufferLength, 0x18));
    ck_assert_uint_eq(SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X, 96);
}
END_TEST

/* ---- section 3: values ---- */

#define VALUE(name, expected) \
    { #name, (size_t)(uint32_t)(name), expected }

START_TEST(section_3_1_control_flags)
{
    CHECK_PLACES(
        VALUE(NET_DMA_INTERRUPT_ON_COMPLETION, 0x1), VALUE(NET_DMA_SOURCE_NO_SNOOP, 0x2),
        VALUE(NET_DMA_DESTINATION_NO_SNOOP, 0x4), VALUE(NET_DMA_STATUS_UPDATE_ON_COMPLETION, 0x8),
        VALUE(NET_DMA_SERIALIZE_TRANSFER, 0x10), VALUE(NET_DMA_NULL_TRANSFER, 0x20),
        VALUE(NET_DMA_SOURCE_PAGE_BREAK, 0x40), VALUE(NET_DMA_DESTINATION_PAGE_BREAK, 0x80),
        VALUE(NET_DMA_DESTINATION_DCA_ENABLE, 0x200), VALUE(NET_DMA_OP_TYPE_STANDARD_DMA, 0),
        VALUE(NET_DMA_OP_TYPE_CONTEXT_CHANGE, 0xFF000000), VALUE(NET_DMA_OP_TYPE_MASK, 0xFF000000),
        VALUE(NET_DMA_RESERVED_MASK, 0x00FFFD00));
    ck_assert_uint_eq(NET_DMA_DCA_CONTEXT_CHANGE, NET_DMA_INTERRUPT_ON_COMPLETION);
}
END_TEST

START_TEST(section_3_2_to_3_5_values)
{
    CHECK_PLACES(
        VALUE(NetDmaTransferStatusActive, 0), VALUE(NetDmaTransferStatusIdle, 1),
        VALUE(NetDmaTransferStatusSuspend, 2), VALUE(NetDmaTransferStatusHalted, 3),
        VALUE(NetDmaTransferStatusArmed, 4), VALUE(NET_DMA_TRANSFER_STATUS_MASK, 7),
        VALUE(NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED, 1),
        VALUE(NET_DMA_PROVIDER_ATTRIBUTES_DCA_SUPPORTED, 1),
        VALUE(NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS, 2), VALUE(NET_DMA_PROVIDER_REVISION_1, 1),
        VALUE(NET_DMA_PROVIDER_REVISION_2, 2), VALUE(NET_DMA_CHANNEL_REVISION_1, 1),
        VALUE(NET_DMA_CHANNEL_REVISION_2, 2), VALUE(NET_DMA_CHANNEL_PARAMETERS_REVISION_1, 1),
        VALUE(NET_DMA_CHANNEL_PARAMETERS_REVISION_2, 2), VALUE(NET_DMA_PNP_NOTIFICATION_REVISION_1, 1),
        VALUE(STATUS_SUCCESS, 0), VALUE(STATUS_UNSUCCESSFUL, 0xC0000001),
        VALUE(STATUS_RESOURCES, 0xC000009A), VALUE(STATUS_INSUFFICIENT_RESOURCES, 0xC000009A),
        VALUE(NetDmaNotificationProviderRegistered, 1), VALUE(NetDmaNotificationProviderArrival, 2),
        VALUE(NetDmaNotificationProviderRemoval, 3), VALUE(NetDmaNotificationChannelArrival, 4),
        VALUE(NetDmaNotificationProviderPowerDown, 5), VALUE(NetDmaNotificationProviderPowerUp, 6));
}
END_TEST

START_TEST(ambiguity_18_notification_max_is_the_exclusive_bound)
{
    ck_assert_uint_eq(NetDmaNotificationMax, 7);
    ck_assert_uint_eq(NetDmaNotificationMax, NetDmaNotificationProviderPowerUp + 1);
}
END_TEST

/* ---- versions ---- */

static const struct {
    unsigned major, minor;
} versions[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}};
enum { VERSIONS = sizeof versions / sizeof *versions };

static struct nrig *open_version(unsigned n)
{
    struct nrig_config config = nrig_config();

    config.iface.major = versions[n].major;
    config.iface.minor = versions[n].minor;
    return nrig_open(&config);
}

/* The routine that NdisGetRoutineAddress finds. */
static NETDMA_ROUTINE look_up(const char *name)
{
    WCHAR wide[40] = {0};
    UNICODE_STRING string = {.MaximumLength = sizeof wide, .Buffer = wide};

    for (; name[string.Length / 2]; string.Length = (USHORT)(string.Length + 2))
        wide[string.Length / 2] = (WCHAR)name[string.Length / 2];
    return NdisGetRoutineAddress(&string);
}

START_TEST(r_ver_1_get_version_packs_major_and_minor)
{
    struct nrig *rig = open_version((unsigned)_i);

    ck_assert_uint_eq(NetDmaGetVersion(), versions[_i].major << 16 | versions[_i].minor);
    nrig_close(rig);
}
END_TEST

START_TEST(r_ver_1_the_default_is_2_1)
{
    struct nrig *rig = nrig_open(NULL);

    ck_assert_uint_eq(NetDmaGetVersion(), 0x00020001);
    nrig_close(rig);
}
END_TEST

START_TEST(r_ver_2_a_newer_provider_is_refused)
{
    static const struct {
        unsigned major, minor;
    } asked[] = {{1, 0}, {1, 1}, {2, 0}, {2, 1}, {1, 2}, {2, 2}, {3, 0}, {255, 255}};
    unsigned mine = versions[_i].major << 8 | versions[_i].minor;

    for (size_t n = 0; n < sizeof asked / sizeof *asked; n++) {
        struct nrig *rig = open_version((unsigned)_i);
        struct fake *fake = fake_new(rig, asked[n].major, asked[n].minor);

        if ((asked[n].major << 8 | asked[n].minor) <= mine)
            nrig_ok(fake_register(fake));
        else
            is_refused(fake);
        nrig_close(rig);
    }
}
END_TEST

START_TEST(r_ver_2_version_0_is_refused)
{
    struct nrig *rig = nrig_open(NULL);

    is_refused(fake_new(rig, 0, 9));
    nrig_close(rig);
}
END_TEST

START_TEST(r_ver_3_a_1_0_interface_has_no_newer_routines)
{
    struct nrig *rig = open_version((unsigned)_i);
    bool has = versions[_i].major > 1 || versions[_i].minor > 0;

    ck_assert(look_up("NetDmaGetVersion") == (has ? (NETDMA_ROUTINE)NetDmaGetVersion : NULL));
    ck_assert(look_up("NetDmaPnPEventNotify") == (has ? (NETDMA_ROUTINE)NetDmaPnPEventNotify : NULL));
    ck_assert(look_up("NetDmaGetVersio") == NULL);
    ck_assert(look_up("NetDmaGetVersionX") == NULL);
    ck_assert(look_up("") == NULL);
    nrig_close(rig);
}
END_TEST

START_TEST(r_ver_4_events_of_a_1_0_provider_are_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 1, 0);
    PVOID channel = nrig_channel(rig, fake->handle);
    unsigned events = rig->events;

    IGNORED(rig, fake_event(fake, NetDmaNotificationProviderPowerDown));
    ck_assert(!see(rig, fake).powered_down);
    ck_assert_uint_eq(rig->events, events);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 100));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_15_the_version_of_a_provider_is_the_interface_version)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    struct netdma_provider_info info = see(rig, fake);

    ck_assert_uint_eq(info.major, versions[_i].major);
    ck_assert_uint_eq(info.minor, versions[_i].minor);
    ck_assert_int_eq(info.page_break, versions[_i].major >= 2);
    nrig_close(rig);
}
END_TEST

/* ---- registration ---- */

START_TEST(r_reg_3_registration_returns_the_handle_of_all_later_calls)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *one = register_only(rig, 2, 0), *two = register_only(rig, 2, 0);

    ck_assert_ptr_nonnull(one->handle);
    ck_assert_ptr_ne(one->handle, two->handle);
    fake_start(two);
    ck_assert(!see(rig, one).started);
    ck_assert(see(rig, two).started);
    fake_stop(two);
    fake_deregister(one);
    ck_assert_uint_eq(providers(rig), 1);
    ck_assert_ptr_eq(see(rig, two).handle, two->handle);
    nrig_close(rig);
}
END_TEST

/* The fakes' contexts are the fakes: with another one these callbacks would note elsewhere. */
START_TEST(r_reg_4_each_provider_gets_its_own_context)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *one = fake_up(rig, 2, 0), *two = fake_up(rig, 1, 1);

    ck_assert_uint_eq(one->affinity_bytes, 32);
    ck_assert_uint_eq(two->affinity_bytes, 32);
    nrig_channel(rig, two->handle);
    ck_assert_uint_eq(fake_allocated(one), 0);
    ck_assert_uint_eq(fake_allocated(two), 1);
    nrig_channel(rig, one->handle);
    ck_assert_uint_eq(fake_allocated(one), 1);
    nrig_close(rig);
}
END_TEST

START_TEST(r_reg_5_each_mandatory_callback_must_be_there)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 1 + (unsigned)_i / 4, 0);

    if (_i % 4 == 0)
        fake->characteristics.AllocateDmaChannel = NULL;
    if (_i % 4 == 1)
        fake->characteristics.FreeDmaChannel = NULL;
    if (_i % 4 == 2)
        fake->characteristics.StartDma = NULL;
    if (_i % 4 == 3)
        fake->characteristics.AppendDma = NULL;
    is_refused(fake);
    nrig_close(rig);
}
END_TEST

/* R-REG-6, R-ERR-3: a call through NULL would end the test. Recovery is by Start, stop
 * waits (A22). */
START_TEST(r_reg_6_without_optional_callbacks_everything_works)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);

    fake->characteristics.SetDmaChannelCpuAffinity = NULL;
    fake->characteristics.SuspendDma = NULL;
    fake->characteristics.ResumeDma = NULL;
    fake->characteristics.AbortDma = NULL;
    fake->characteristics.ResetChannel = NULL;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, nrig_copy(rig, channel, 1, 2, 10000));
    fake_only(fake)->fail_in = 1;
    nrig_nt(netdma_wait(channel, nrig_copy(rig, channel, 50000, 2, 10), NRIG_MS * 100),
            STATUS_UNSUCCESSFUL);
    nrig_finish(channel, nrig_copy(rig, channel, 50000, 2, 20));
    if (versions[_i].major > 1 || versions[_i].minor) {
        fake_power(fake, false);
        fake_power(fake, true);
    }
    nrig_copy(rig, channel, 70000, 2, 20);
    fake_stop(fake);
    nrig_check(rig);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 1);
    fake_deregister(fake);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_22_stop_without_optional_callbacks_waits)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);

    fake->characteristics.SuspendDma = NULL;
    fake->characteristics.ResumeDma = NULL;
    fake->characteristics.AbortDma = NULL;
    fake->characteristics.ResetChannel = NULL;
    fake->desc_ns = 50 * NRIG_MS;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 0, 100);
    uint64_t began = kernel_now(rig->kernel);
    fake_stop(fake);
    ck_assert_uint_ge(kernel_now(rig->kernel), began + 50 * NRIG_MS);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_reg_7_suspend_needs_resume)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 1 + (unsigned)_i, 0);

    fake->characteristics.ResumeDma = NULL;
    is_refused(fake);
    fake->characteristics.SuspendDma = NULL;
    nrig_ok(fake_register(fake));
    nrig_close(rig);
}
END_TEST

START_TEST(r_reg_7_resume_without_suspend_is_accepted)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);

    fake->characteristics.SuspendDma = NULL;
    nrig_ok(fake_register(fake));
    nrig_close(rig);
}
END_TEST

START_TEST(r_reg_8_each_version_has_its_flags)
{
    static const ULONG allowed[VERSIONS] = {
        0, 0, NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED,
        NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED | NET_DMA_PROVIDER_SUPPORTS_PROC_GROUPS};

    for (unsigned bit = 0; bit < 32; bit++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);

        fake->characteristics.Flags = 1u << bit;
        if (allowed[_i] >> bit & 1)
            nrig_ok(fake_register(fake));
        else
            is_refused(fake);
        nrig_close(rig);
    }
}
END_TEST

START_TEST(r_reg_9_from_2_0_on_a_name_must_be_given)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);

    fake->characteristics.FriendlyName.Length = 0;
    if (fake->counted) {
        is_refused(fake);
        fake->characteristics.FriendlyName.Length = 4;
        fake->characteristics.FriendlyName.Buffer = NULL;
        is_refused(fake);
        fake->characteristics.FriendlyName.Buffer = fake->name;
    }
    nrig_ok(fake_register(fake));
    nrig_close(rig);
}
END_TEST

/* R-REG-10, R-PST-1 */
START_TEST(r_reg_10_nothing_but_affinity_is_called_before_start)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = rig;

    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, NULL, &channel), STATUS_UNSUCCESSFUL);
    ck_assert_ptr_null(channel);
    nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel), STATUS_RESOURCES);
    nrig_wait(rig, 100 * NRIG_MS);
    ck_assert_uint_eq(fake->calls, 1);
    ck_assert_int_eq(rig->call[0].kind, NETDMA_CALL_SET_AFFINITY);
    nrig_close(rig);
}
END_TEST

/* R-REG-11: of all versions and with different characteristics, four at a time. */
START_TEST(r_reg_11_providers_live_side_by_side)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake[VERSIONS];
    PVOID channel[VERSIONS];

    for (unsigned n = 0; n < VERSIONS; n++) {
        fake[n] = fake_new(rig, versions[n].major, versions[n].minor);
        fake[n]->characteristics.MaxDmaChannelCount = n + 1;
        fake[n]->attributes.DmaChannelCount = n + 1;
        fake[n]->attributes.MaximumTransferSize = 4096 << n;
        nrig_ok(fake_register(fake[n]));
        fake_start(fake[n]);
        ck_assert_uint_eq(providers(rig), n + 1);
        ck_assert_uint_eq(fake[n]->affinity_bytes, 8 * (n + 1));
    }
    for (unsigned n = 0; n < VERSIONS; n++) {
        channel[n] = nrig_channel(rig, fake[n]->handle);
        nrig_copy(rig, channel[n], n * 50000, 0, 40000);
    }
    for (unsigned n = 0; n < VERSIONS; n++) {
        struct fake_channel *on = fake_only(fake[n]);

        ck_assert_uint_eq(see(rig, fake[n]).channels_free, n);
        ck_assert_uint_ge(on->desc_n, 40000 / (4096 << n));
        nrig_finish(channel[n], 1);
    }
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-REG-12: the structure and the name are gone after the call. */
START_TEST(r_reg_12_the_library_keeps_its_own_copy)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);
    NET_DMA_PROVIDER_CHARACTERISTICS kept = fake->characteristics;
    WCHAR name[sizeof fake->name / sizeof *fake->name];

    memcpy(name, fake->name, sizeof name);
    memset(&fake->characteristics, 0xEE, sizeof fake->characteristics);
    memset(fake->name, 0xEE, sizeof fake->name);
    struct netdma_provider_info info = see(rig, fake);
    ck_assert_uint_eq(info.name.Length, kept.FriendlyName.Length);
    ck_assert_ptr_ne(info.name.Buffer, fake->name);
    ck_assert_mem_eq(info.name.Buffer, name, info.name.Length);
    fake->characteristics = kept;
    NET_DMA_PROVIDER_ATTRIBUTES attributes = fake->attributes;
    fake->started = true;
    NetDmaProviderStart(fake->handle, &attributes);
    memset(&attributes, 0xEE, sizeof attributes);
    ck_assert_uint_eq(see(rig, fake).transfer_max, fake->attributes.MaximumTransferSize);
    PVOID channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 200000));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* The NetDMA sheet, section 5. */
START_TEST(section_5_registration_refuses_bad_arguments)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);
    static const USHORT sizes[] = {0, 8, 95, 96, 97, 111, 113, 0xFFFF};

    nrig_nt(NetDmaRegisterProvider(fake, NULL, &fake->characteristics), STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(providers(rig), 0);
    fake->handle = fake;
    nrig_nt(NetDmaRegisterProvider(fake, &fake->handle, NULL), STATUS_UNSUCCESSFUL);
    ck_assert_ptr_null(fake->handle);
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        fake->characteristics.Size = sizes[n];
        is_refused(fake);
    }
    fake->characteristics.Size = sizeof fake->characteristics;
    fake->characteristics.MaxDmaChannelCount = 0;
    is_refused(fake);
    fake->characteristics.MaxDmaChannelCount = 4;
    nrig_ok(fake_register(fake));
    nrig_close(rig);
}
END_TEST

START_TEST(section_2_4_a_1x_provider_may_be_without_friendly_name)
{
    static const USHORT sizes[] = {0, 95, 97, 111, 113};

    for (unsigned minor = 0; minor < 2; minor++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = fake_new(rig, 1, minor);

        for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
            fake->characteristics.Size = sizes[n];
            is_refused(fake);
        }
        /* What lies behind the structure is nobody's name. */
        fake->characteristics.Size = SIZEOF_NET_DMA_PROVIDER_CHARACTERISTICS_1X;
        memset(&fake->characteristics.FriendlyName, 0xEE, sizeof(UNICODE_STRING));
        nrig_ok(fake_register(fake));
        ck_assert_ptr_null(see(rig, fake).name.Buffer);
        fake_start(fake);
        PVOID channel = nrig_channel(rig, fake->handle);
        nrig_finish(channel, nrig_copy(rig, channel, 5, 5, 5));
        nrig_check(rig);
        nrig_close(rig);
    }
}
END_TEST

START_TEST(registration_of_too_many_channels_has_no_resources)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);

    fake->handle = fake;
    fake->characteristics.MaxDmaChannelCount = 65537;
    nrig_nt(fake_register(fake), STATUS_RESOURCES);
    ck_assert_ptr_null(fake->handle);
    fake->characteristics.MaxDmaChannelCount = 65536;
    nrig_ok(fake_register(fake));
    ck_assert_uint_eq(fake->affinity_bytes, 8 * 65536);
    nrig_close(rig);
}
END_TEST

/* ---- affinity ---- */

static void spy_level(struct fake *fake, enum netdma_call_kind kind, void *ctx)
{
    (void)kind;
    *(enum kernel_irql *)ctx = kernel_irql(fake->rig->kernel);
}

START_TEST(r_aff_1_registration_sets_the_affinity)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);
    enum kernel_irql level = KERNEL_DIRQL;

    fake->spy = spy_level;
    fake->spy_ctx = &level;
    nrig_ok(fake_register(fake));
    ck_assert_uint_eq(fake->calls, 1);
    ck_assert_int_eq(level, KERNEL_PASSIVE);
    fake_start(fake);
    nrig_channel(rig, fake->handle);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_SET_AFFINITY), 1);
    nrig_close(rig);
}
END_TEST

START_TEST(r_aff_2_the_array_covers_every_channel)
{
    for (ULONG channels = 1; channels <= NRIG_CHANNELS; channels++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = fake_new(rig, 2, 0);
        unsigned seen = 0;

        fake->characteristics.MaxDmaChannelCount = channels;
        nrig_ok(fake_register(fake));
        ck_assert_uint_eq(fake->affinity_bytes, channels * 8);
        for (ULONG n = 0; n < channels; n++) {
            ck_assert_uint_lt(fake->affinity[n].DmaChannel, channels);
            ck_assert_uint_lt(fake->affinity[n].CpuNumber, kernel_cpus(rig->kernel));
            seen |= 1u << fake->affinity[n].DmaChannel;
        }
        ck_assert_uint_eq(seen, (1u << channels) - 1);
        nrig_close(rig);
    }
}
END_TEST

START_TEST(ambiguity_05_no_affinity_without_msix)
{
    struct nrig_config config = nrig_config();
    config.kernel.msix = false;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);

    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 77));
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_SET_AFFINITY), 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_05_the_affinity_callback_may_be_null)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, versions[_i].major, versions[_i].minor);

    fake->characteristics.SetDmaChannelCpuAffinity = NULL;
    nrig_ok(fake_register(fake));
    ck_assert_uint_eq(fake->calls, 0);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_17_the_affinity_size_is_bytes)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);

    ck_assert_uint_eq(fake->affinity_bytes,
                      fake->characteristics.MaxDmaChannelCount * sizeof(NET_DMA_CHANNEL_CPU_AFFINITY));
    nrig_close(rig);
}
END_TEST

/* The NetDMA sheet, section 5: best effort, whatever it returns. */
START_TEST(section_5_a_failing_affinity_callback_does_not_fail_registration)
{
    static const NTSTATUS results[] = {STATUS_RESOURCES, STATUS_UNSUCCESSFUL, STATUS_TIMEOUT,
                                       STATUS_INVALID_PARAMETER};

    for (size_t n = 0; n < sizeof results / sizeof *results; n++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = fake_new(rig, 2, 0);

        fake->affinity_result = results[n];
        nrig_ok(fake_register(fake));
        ck_assert_uint_ge(rig->logs, 1);
        ck_assert_uint_eq(nrig_stats(rig).alien_status, n >= 2);
        fake_start(fake);
        nrig_channel(rig, fake->handle);
        nrig_close(rig);
    }
}
END_TEST

/* ---- start ---- */

START_TEST(r_pst_2_a_bad_start_is_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);
    NET_DMA_PROVIDER_ATTRIBUTES good = fake->attributes, bad;
    PVOID channel;

#define BAD(change)                                                       \
    do {                                                                  \
        bad = good;                                                       \
        change;                                                           \
        IGNORED(rig, NetDmaProviderStart(fake->handle, &bad));            \
        ck_assert_msg(!see(rig, fake).started, "%s: started", #change);   \
    } while (0)
    IGNORED(rig, NetDmaProviderStart(fake->handle, NULL));
    BAD(bad.Size = 31);
    BAD(bad.Size = 33);
    BAD(bad.Size = 0);
    BAD(bad.Flags = 1);
    BAD(bad.Flags = 0x80000000);
    BAD(bad.MaximumTransferSize = 0);
    BAD(bad.DmaChannelCount = 0);
#undef BAD
    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, NULL, &channel), STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(rig->events, 1);   /* ProviderRegistered */
    ck_assert_uint_eq(fake->calls, 1);
    fake_start(fake);
    ck_assert(see(rig, fake).started);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pst_2_a_second_start_is_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    NET_DMA_PROVIDER_ATTRIBUTES other = fake->attributes;
    unsigned events = rig->events;

    other.MaximumTransferSize = 8192;
    IGNORED(rig, NetDmaProviderStart(fake->handle, &other));
    ck_assert_uint_eq(see(rig, fake).transfer_max, fake->attributes.MaximumTransferSize);
    ck_assert_uint_eq(rig->events, events);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pst_3_start_and_stop_alternate_with_new_attributes)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, versions[_i].major, versions[_i].minor);

    for (unsigned round = 0; round < 6; round++) {
        ULONG channels = 1 + round % 4, max = 4096 + 1000 * round;

        fake->attributes.DmaChannelCount = channels;
        fake->attributes.MaximumTransferSize = max;
        fake->attributes.VendorId = 0x1000 + round;
        fake->attributes.MajorHwVersion = (UCHAR)(round + 1);
        fake->attributes.MinorHwVersion = (UCHAR)(round + 2);
        fake->attributes.MaximumAddressSpace.QuadPart = INT64_MAX - round;
        fake_start(fake);
        struct netdma_provider_info info = see(rig, fake);
        ck_assert(info.started);
        ck_assert_uint_eq(info.channels, channels);
        ck_assert_uint_eq(info.channels_free, channels);
        ck_assert_uint_eq(info.transfer_max, max);
        ck_assert_uint_eq(info.vendor, 0x1000 + round);
        ck_assert_uint_eq(info.hw_major, round + 1);
        ck_assert_uint_eq(info.hw_minor, round + 2);
        ck_assert_uint_eq(info.address_max, INT64_MAX - (uint64_t)round);
        PVOID channel = nrig_channel(rig, fake->handle);
        nrig_finish(channel, nrig_copy(rig, channel, round * 30000, 0, 3 * max));
        ck_assert_uint_ge(nrig_count(rig, NETDMA_CALL_START), round + 1);
        fake_stop(fake);
        info = see(rig, fake);
        ck_assert(!info.started);
        ck_assert_uint_eq(info.hw_major + info.hw_minor + info.vendor + info.channels +
                          info.channels_free + info.transfer_max, 0);
        NetDmaFreeChannel(channel);
    }
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pst_4_maximum_transfer_size_is_4096_or_more)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);

    fake->attributes.MaximumTransferSize = 4095;
    IGNORED(rig, NetDmaProviderStart(fake->handle, &fake->attributes));
    ck_assert(!see(rig, fake).started);
    fake->attributes.MaximumTransferSize = 4096;
    fake_start(fake);
    ck_assert(see(rig, fake).started);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pst_5_the_number_of_channels_is_1_to_the_maximum)
{
    static const struct {
        ULONG count;
        bool good;
    } row[] = {{0, false}, {5, false}, {UINT32_MAX, false}, {1, true}, {3, true}, {4, true}};

    for (size_t n = 0; n < sizeof row / sizeof *row; n++) {
        struct nrig *rig = nrig_open(NULL);
        struct fake *fake = register_only(rig, 2, 0);
        PVOID channel = NULL;

        fake->attributes.DmaChannelCount = row[n].count;
        fake_start(fake);
        ck_assert_int_eq(see(rig, fake).started, row[n].good);
        ck_assert_uint_eq(see(rig, fake).channels, row[n].good ? row[n].count : 0);
        for (ULONG k = 0; row[n].good && k < row[n].count; k++) {
            ck_assert_uint_eq(see(rig, fake).channels_free, row[n].count - k);
            nrig_channel(rig, fake->handle);
        }
        if (row[n].good) {
            nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &channel), STATUS_RESOURCES);
            ck_assert_uint_eq(see(rig, fake).channels_free, 0);
        }
        nrig_close(rig);
    }
}
END_TEST

/* ---- stop ---- */

/* The engine stands still until the clock says so. */
struct release {
    struct fake *fake;
    uint64_t at_ns;
};

static void release_at(void *ctx, uint64_t now_ns)
{
    struct release *release = ctx;

    if (now_ns >= release->at_ns)
        for (unsigned n = 0; n < NRIG_CHANNELS; n++)
            release->fake->channel[n].hold = false;
}

START_TEST(r_psp_1_stop_returns_when_work_is_done_and_channels_are_free)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    struct release release = {.fake = fake, .at_ns = kernel_now(rig->kernel) + 20 * NRIG_MS};
    struct nrig_done done[3] = {{0}};
    PVOID channel[3];
    NET_DMA_COPY_ID id[3];

    for (unsigned n = 0; n < 3; n++) {
        channel[n] = nrig_channel(rig, fake->handle);
        fake_channel(fake, fake->channel[n].handle)->hold = true;
        for (unsigned k = 0; k < 5; k++)
            id[n] = nrig_copy_done(rig, channel[n], n * 100000 + k * 20000, k, 17000, &done[n]);
    }
    nrig_io(kernel_on_time(rig->kernel, release_at, &release));
    unsigned before = rig->calls;
    fake_stop(fake);
    kernel_off_time(rig->kernel, release_at, &release);
    ck_assert_uint_ge(kernel_now(rig->kernel), release.at_ns);
    for (unsigned n = 0; n < 3; n++) {
        ck_assert_uint_eq(done[n].n, 5);
        ck_assert_int_eq(done[n].status, STATUS_SUCCESS);
        nrig_ok(NetDmaIsDmaCopyComplete(channel[n], id[n]));
    }
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 3);
    ck_assert_uint_ge(nrig_stats(rig).interrupts, 1);
    for (unsigned n = before; n < rig->calls; n++)
        ck_assert(rig->call[n].kind != NETDMA_CALL_FREE || rig->call[n].time_ns >= release.at_ns);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* Requests that no flush ever handed over are outstanding work as well. */
START_TEST(r_psp_1_stop_completes_what_was_never_flushed)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct nrig_done done = {0};

    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, 100));
    NET_DMA_COPY_ID id = nrig_copy_done(rig, channel, 7, 9, 1000, &done);
    fake_stop(fake);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    ck_assert_uint_eq(done.n, 1);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* With lost interrupts the word alone tells. */
START_TEST(r_psp_1_stop_needs_no_interrupt)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);

    fake_only(fake)->silent = true;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 7, 9, 1000);
    fake_stop(fake);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-PSP-1, R-RST-4: an engine that never ends is stopped after drain_ns, once its optional
 * callbacks allow it; then the requests have failed and nothing is written afterwards. */
START_TEST(r_psp_1_stop_gives_up_after_drain_ns)
{
    struct nrig_config config = nrig_config();
    config.iface.drain_ns = 30 * NRIG_MS;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_new(rig, 1 + (unsigned)_i / 2, 0);
    struct nrig_done done = {0};

    if (_i % 2)
        fake->characteristics.ResetChannel = NULL;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    fake_only(fake)->hold = true;
    NET_DMA_COPY_ID id = nrig_copy_done(rig, channel, 7, 9, 1000, &done);
    uint64_t began = kernel_now(rig->kernel);
    fake_stop(fake);
    ck_assert_uint_ge(kernel_now(rig->kernel), began + 30 * NRIG_MS);
    ck_assert_uint_le(kernel_now(rig->kernel), began + 90 * NRIG_MS);
    ck_assert_uint_ge(nrig_count(rig, _i % 2 ? NETDMA_CALL_ABORT : NETDMA_CALL_RESET) +
                      nrig_count(rig, NETDMA_CALL_ABORT), 1);
    nrig_nt(NetDmaIsDmaCopyComplete(channel, id), STATUS_CANCELLED);
    kernel_run(rig->kernel);
    ck_assert_uint_eq(done.n, 1);
    ck_assert_int_eq(done.status, STATUS_CANCELLED);
    memcpy(rig->shadow, rig->dst.cpu, NRIG_BYTES);
    nrig_wait(rig, 100 * NRIG_MS);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-PSP-2: the fakes fail the test on any callback while stopped. */
START_TEST(r_psp_2_after_stop_no_callback_comes)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle), other = NULL;

    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 1000));
    fake_stop(fake);
    unsigned calls = fake->calls;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 5000, 1, 70000);
    NetDmaFlushPendingDescriptors(channel);
    nrig_finish(channel, id);
    nrig_finish(channel, nrig_copy(rig, channel, 100000, 1, 7));
    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, NULL, &other), STATUS_UNSUCCESSFUL);
    nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &other), STATUS_RESOURCES);
    nrig_wait(rig, 2000 * (uint64_t)NRIG_MS);
    NetDmaFreeChannel(channel);
    fake_event(fake, NetDmaNotificationProviderPowerDown);
    ck_assert_uint_eq(fake->calls, calls);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 70007);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_psp_2_a_channel_of_before_stays_with_the_cpu_after_the_next_start)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);

    fake_stop(fake);
    ck_assert_ptr_null(nrig_info(channel).provider);
    ck_assert(!nrig_info(channel).offload);
    fake_start(fake);
    unsigned calls = fake->calls;
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 1000));
    ck_assert_uint_eq(fake->calls, calls);
    NetDmaFreeChannel(channel);
    ck_assert_uint_eq(fake->calls, calls);
    channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, nrig_copy(rig, channel, 2000, 0, 1000));
    ck_assert_uint_eq(nrig_stats(rig).engine_bytes, 1000);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* The NetDMA sheet, section 5. */
START_TEST(section_5_stop_of_a_stopped_provider_does_nothing)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);
    unsigned events = rig->events;

    fake_stop(fake);
    ck_assert_uint_eq(fake->calls, 1);
    ck_assert_uint_eq(rig->events, events);
    fake_start(fake);
    fake_stop(fake);
    events = rig->events;
    fake_stop(fake);
    ck_assert_uint_eq(rig->events, events);
    nrig_close(rig);
}
END_TEST

/* R-PSP-3, R-DRG-1: and the NetDMA sheet, section 5. */
START_TEST(r_psp_3_deregistration_stops_a_started_provider_first)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 3, 30000);
    unsigned logs = rig->logs;

    fake_deregister(fake);
    ck_assert_uint_gt(rig->logs, logs);
    ck_assert_uint_eq(fake_allocated(fake), 0);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 1);
    ck_assert_uint_eq(providers(rig), 0);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    ck_assert_uint_eq(nrig_stats(rig).engine_bytes, 30000);
    nrig_finish(channel, nrig_copy(rig, channel, 40000, 3, 30000));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(a_dead_provider_handle_is_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);
    PVOID dead = fake->handle, channel;
    PVOID bad[] = {dead, NULL, rig, (PVOID)(uintptr_t)1};
    NET_DMA_PNP_NOTIFICATION event = {
        .StructureRevision = 1, .StructureSize = sizeof event, .NotificationCode = 5};

    fake_deregister(fake);
    unsigned events = rig->events;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        IGNORED(rig, NetDmaProviderStart(bad[n], &fake->attributes));
        IGNORED(rig, NetDmaProviderStop(bad[n]));
        IGNORED(rig, NetDmaPnPEventNotify(bad[n], &event));
        IGNORED(rig, NetDmaDeregisterProvider(bad[n]));
        if (bad[n])
            nrig_nt(NetDmaAllocateChannel(rig->client, bad[n], NULL, &channel), STATUS_INVALID_HANDLE);
    }
    ck_assert_uint_eq(rig->events, events);
    ck_assert_uint_eq(fake->calls, 1);
    nrig_close(rig);
}
END_TEST

/* ---- notifications ---- */

/* The codes of the events since `first`, as decimal digits. */
static unsigned codes(const struct nrig *rig, unsigned first)
{
    unsigned text = 0;

    for (unsigned n = first; n < rig->events; n++)
        text = 10 * text + rig->event[n].event.NotificationCode;
    return text;
}

START_TEST(section_3_5_clients_hear_of_a_provider_in_order)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);

    nrig_ok(fake_register(fake));
    ck_assert_uint_eq(codes(rig, 0), 1);
    fake_start(fake);
    ck_assert_uint_eq(codes(rig, 0), 12);
    fake_stop(fake);
    ck_assert_uint_eq(codes(rig, 0), 123);
    fake_start(fake);
    fake_stop(fake);
    ck_assert_uint_eq(codes(rig, 0), 12323);
    fake_deregister(fake);
    ck_assert_uint_eq(codes(rig, 0), 12323);
    for (unsigned n = 0; n < rig->events; n++) {
        ck_assert_ptr_eq(rig->event[n].provider, fake->handle);
        ck_assert_ptr_eq(rig->event[n].context, rig);
        ck_assert_int_eq(rig->event[n].irql, KERNEL_PASSIVE);
        ck_assert_uint_eq(rig->event[n].event.StructureRevision, 1);
        ck_assert_uint_eq(rig->event[n].event.StructureSize, sizeof(NET_DMA_PNP_NOTIFICATION));
        ck_assert_ptr_null(rig->event[n].event.Buffer);
        ck_assert_uint_eq(rig->event[n].event.BufferLength, 0);
    }
    nrig_close(rig);
}
END_TEST

START_TEST(channel_arrival_is_told_when_the_first_channel_comes_free)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel[4];

    for (unsigned n = 0; n < 4; n++)
        channel[n] = nrig_channel(rig, fake->handle);
    unsigned events = rig->events;
    NetDmaFreeChannel(channel[0]);
    ck_assert_uint_eq(codes(rig, events), NetDmaNotificationChannelArrival);
    NetDmaFreeChannel(channel[1]);
    ck_assert_uint_eq(rig->events, events + 1);
    nrig_close(rig);
}
END_TEST

/* A19: the client can still drain and free when it is told. */
static PVOID first_of_two;

static void free_at_removal(struct nrig *rig, const struct nrig_event *event)
{
    if (event->event.NotificationCode != NetDmaNotificationProviderRemoval)
        return;
    struct fake *fake = &rig->fake[0];
    ck_assert_uint_eq(fake_allocated(fake), 2);
    NetDmaFreeChannel(first_of_two);
    ck_assert_uint_eq(fake_allocated(fake), 1);
}

START_TEST(ambiguity_19_removal_is_told_before_channels_are_freed)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel[2] = {nrig_channel(rig, fake->handle), nrig_channel(rig, fake->handle)};

    nrig_copy(rig, channel[0], 0, 0, 5000);
    nrig_copy(rig, channel[1], 6000, 0, 5000);
    first_of_two = channel[0];
    rig->on_event = free_at_removal;
    fake_stop(fake);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 2);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* A provider that is about to go gives no channel, and cannot be stopped twice or started. */
static void meddle_at_removal(struct nrig *rig, const struct nrig_event *event)
{
    struct fake *fake = &rig->fake[0];
    PVOID channel = rig;

    if (event->event.NotificationCode != NetDmaNotificationProviderRemoval)
        return;
    nrig_nt(NetDmaAllocateChannel(rig->client, fake->handle, NULL, &channel), STATUS_UNSUCCESSFUL);
    ck_assert_ptr_null(channel);
    NetDmaProviderStop(fake->handle);
    NetDmaProviderStart(fake->handle, &fake->attributes);
    fake_event(fake, NetDmaNotificationProviderPowerDown);
}

START_TEST(r_psp_1_a_stop_is_not_disturbed_from_inside)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 0, 5000);
    unsigned events = rig->events;

    rig->on_event = meddle_at_removal;
    fake_stop(fake);
    ck_assert_uint_eq(codes(rig, events), 3);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    ck_assert(!see(rig, fake).started);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 1);
    rig->on_event = NULL;
    fake_start(fake);
    ck_assert(see(rig, fake).started);
    ck_assert(!see(rig, fake).powered_down);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(every_client_is_notified)
{
    struct nrig *rig = nrig_open(NULL);
    int other;
    PVOID second = nrig_client(rig, &other);
    struct fake *fake = register_only(rig, 2, 0);

    ck_assert_uint_eq(rig->events, 2);
    ck_assert_ptr_ne(rig->event[0].context, rig->event[1].context);
    NetDmaDeregisterClient(second);
    fake_start(fake);
    ck_assert_uint_eq(rig->events, 3);
    ck_assert_ptr_eq(rig->event[2].context, rig);
    nrig_close(rig);
}
END_TEST

/* ---- power ---- */

START_TEST(r_pwr_1_clients_hear_it_while_the_provider_still_works)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct release release = {.fake = fake, .at_ns = kernel_now(rig->kernel) + 20 * NRIG_MS};

    fake_only(fake)->hold = true;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 3, 1, 40000);
    nrig_io(kernel_on_time(rig->kernel, release_at, &release));
    fake_event(fake, NetDmaNotificationProviderPowerDown);
    kernel_off_time(rig->kernel, release_at, &release);
    /* R-PWR-3: everything is done when the call returns. */
    ck_assert_uint_ge(kernel_now(rig->kernel), release.at_ns);
    ck_assert_int_eq(fake_only(fake)->state, FAKE_IDLE);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    ck_assert_uint_eq(nrig_stats(rig).engine_bytes, 40000);
    ck_assert(rig->event[rig->events - 1].time_ns < release.at_ns);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pwr_2_power_events_reach_the_clients)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    unsigned events = rig->events;

    fake_power(fake, false);
    ck_assert_uint_eq(codes(rig, events), 5);
    ck_assert(see(rig, fake).powered_down);
    fake_power(fake, true);
    ck_assert_uint_eq(codes(rig, events), 56);
    ck_assert(!see(rig, fake).powered_down);
    for (unsigned n = events; n < rig->events; n++) {
        ck_assert_ptr_eq(rig->event[n].provider, fake->handle);
        ck_assert_ptr_null(rig->event[n].event.Buffer);
        ck_assert_uint_eq(rig->event[n].event.BufferLength, 0);
        ck_assert_uint_eq(rig->event[n].event.StructureRevision, 1);
    }
    nrig_close(rig);
}
END_TEST

/* R-PWR-3: what was never flushed is outstanding as well; what does not end is given up. */
START_TEST(r_pwr_3_power_down_returns_when_drained)
{
    struct nrig_config config = nrig_config();
    config.iface.drain_ns = 30 * NRIG_MS;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);

    nrig_ok(NetDmaSetMaxPendingDescriptors(channel, 50));
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 3, 1, 4000);
    fake_power(fake, false);
    nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
    nrig_check(rig);
    fake_power(fake, true);
    fake_only(fake)->hold = true;
    id = nrig_copy(rig, channel, 3, 1, 4000);
    NetDmaFlushPendingDescriptors(channel);
    uint64_t began = kernel_now(rig->kernel);
    fake_power(fake, false);
    ck_assert_uint_le(kernel_now(rig->kernel), began + 90 * NRIG_MS);
    nrig_nt(NetDmaIsDmaCopyComplete(channel, id), STATUS_CANCELLED);
    nrig_close(rig);
}
END_TEST

/* While powered down the fakes allow no callback. */
START_TEST(r_pwr_4_power_up_starts_every_channel_before_clients_go_on)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel[3];

    for (unsigned n = 0; n < 3; n++)
        channel[n] = nrig_channel(rig, fake->handle);
    nrig_finish(channel[0], nrig_copy(rig, channel[0], 0, 0, 100));
    fake_power(fake, false);
    nrig_finish(channel[0], nrig_copy(rig, channel[0], 1000, 0, 100));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 100);
    unsigned calls = rig->calls, starts = nrig_count(rig, NETDMA_CALL_START);
    fake_power(fake, true);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_START), starts + 3);
    ck_assert_uint_eq(rig->event[rig->events - 1].calls, calls + 3);
    nrig_wait(rig, NRIG_MS);
    for (unsigned n = 0; n < 3; n++) {
        struct fake_channel *on = &fake->channel[n];
        const NET_DMA_DESCRIPTOR *last = &on->desc[on->desc_n - 1].desc;

        ck_assert(on->started);
        ck_assert(last->ControlFlags & NET_DMA_NULL_TRANSFER);
        ck_assert_uint_eq(on->ran, on->desc_n);
        nrig_finish(channel[n], nrig_copy(rig, channel[n], 2000 * (n + 1), n, 1500));
    }
    ck_assert_uint_eq(nrig_stats(rig).distrusted, 0);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 100);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pwr_5_channels_stay_allocated)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);

    fake_power(fake, false);
    ck_assert_uint_eq(fake_allocated(fake), 1);
    ck_assert_ptr_eq(nrig_info(channel).provider, fake->handle);
    ck_assert(!nrig_info(channel).offload);
    fake_power(fake, true);
    ck_assert_uint_eq(fake_allocated(fake), 1);
    ck_assert(nrig_info(channel).offload);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_ALLOCATE), 1);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 0);
    nrig_close(rig);
}
END_TEST

/* R-PWR-6: the fakes fail the test on an append before the start. */
START_TEST(r_pwr_6_after_context_loss_a_start_comes_before_any_append)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);

    for (unsigned round = 0; round < 4; round++) {
        for (unsigned n = 0; n < 3; n++)
            nrig_finish(channel, nrig_copy(rig, channel, round * 10000 + n * 1000, 0, 900));
        unsigned before = rig->calls;
        fake_power(fake, false);
        fake_power(fake, true);
        ck_assert_uint_gt(rig->calls, before);
        ck_assert_int_eq(rig->call[before].kind, NETDMA_CALL_START);
    }
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-PWR-7, A6: the 1.0 provider loses its context and asks for a new start with 0. */
START_TEST(r_pwr_7_a_1_0_provider_asks_for_a_start)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 1, 0);
    PVOID channel = nrig_channel(rig, fake->handle);

    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 900));
    struct fake_channel *on = fake_only(fake);
    unsigned starts = nrig_count(rig, NETDMA_CALL_START);
    on->state = FAKE_READY;
    on->started = false;
    on->last = 0;
    fake_dpc(on, 0);
    nrig_wait(rig, NRIG_MS);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_START), starts + 1);
    ck_assert(on->desc[on->desc_n - 1].desc.ControlFlags & NET_DMA_NULL_TRANSFER);
    nrig_finish(channel, nrig_copy(rig, channel, 2000, 5, 900));
    ck_assert_uint_eq(nrig_stats(rig).distrusted, 0);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* One that refused to start, without power, and then asks. */
START_TEST(r_pwr_7_a_1_0_provider_comes_back)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 1, 0);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);

    on->refuse_starts = UINT32_MAX;
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 900));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 900);
    on->refuse_starts = 0;
    fake_dpc(on, 0);
    nrig_wait(rig, NRIG_MS);
    ck_assert(nrig_info(channel).offload);
    nrig_finish(channel, nrig_copy(rig, channel, 1000, 0, 900));
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 900);
    ck_assert_uint_eq(nrig_stats(rig).engine_bytes, 900);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* A6: requests that were lost with the context are handed over again. */
START_TEST(ambiguity_06_lost_requests_are_resubmitted)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 1, 0);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct nrig_done done = {0};

    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 900));
    struct fake_channel *on = fake_only(fake);
    on->hold = true;
    for (unsigned n = 0; n < 5; n++)
        nrig_copy_done(rig, channel, 1000 + n * 1000, n, 900, &done);
    on->state = FAKE_READY;
    on->started = on->hold = false;
    on->last = 0;
    on->desc_n = on->ran;
    fake_dpc(on, 0);
    nrig_wait(rig, 50 * NRIG_MS);
    ck_assert_uint_eq(done.n, 5);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* A6: or by failing the append. */
START_TEST(ambiguity_06_a_failed_append_is_answered_with_a_start)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);

    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 900));
    struct fake_channel *on = fake_only(fake);
    on->state = FAKE_READY;
    on->started = false;
    on->last = 0;
    on->refuse_appends = 1;
    fake->lax = true;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 1000, 1, 900);
    fake->lax = false;
    nrig_finish(channel, id);
    ck_assert_uint_ge(nrig_count(rig, NETDMA_CALL_START), 2);
    ck_assert_uint_eq(nrig_stats(rig).cpu_bytes, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pwr_8_bad_events_are_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 1, 1);
    NET_DMA_PNP_NOTIFICATION good = {
        .StructureRevision = 1, .StructureSize = sizeof good,
        .NotificationCode = NetDmaNotificationProviderPowerDown};
    NET_DMA_PNP_NOTIFICATION bad;
    unsigned events = rig->events;

#define BAD(change)                                                 \
    do {                                                            \
        bad = good;                                                 \
        change;                                                     \
        IGNORED(rig, NetDmaPnPEventNotify(fake->handle, &bad));     \
        ck_assert(!see(rig, fake).powered_down);                    \
    } while (0)
    IGNORED(rig, NetDmaPnPEventNotify(fake->handle, NULL));
    BAD(bad.StructureRevision = 0);
    BAD(bad.StructureRevision = 2);
    BAD(bad.StructureSize = 31);
    BAD(bad.StructureSize = 33);
    for (unsigned code = 0; code <= 9; code++)
        if (code != NetDmaNotificationProviderPowerDown)
            BAD(bad.NotificationCode = (NET_DMA_PNP_NOTIFICATION_CODE)code);
#undef BAD
    NetDmaPnPEventNotify(fake->handle, &good);
    ck_assert(see(rig, fake).powered_down);
    ck_assert_uint_eq(codes(rig, events), 5);
    IGNORED(rig, NetDmaPnPEventNotify(fake->handle, &good));
    ck_assert_uint_eq(codes(rig, events), 5);
    nrig_close(rig);
}
END_TEST

START_TEST(r_pwr_8_events_of_a_stopped_provider_are_ignored)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = register_only(rig, 2, 0);
    unsigned events = rig->events;

    IGNORED(rig, fake_event(fake, NetDmaNotificationProviderPowerDown));
    ck_assert(!see(rig, fake).powered_down);
    ck_assert_uint_eq(rig->events, events);
    nrig_close(rig);
}
END_TEST

/* Stop while powered down frees, and touches nothing else. */
START_TEST(r_pwr_5_stop_while_powered_down_frees_the_channels)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);

    nrig_channel(rig, fake->handle);
    nrig_channel(rig, fake->handle);
    fake_power(fake, false);
    fake_stop(fake);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 2);
    fake->powered = true;
    fake_start(fake);
    ck_assert(!see(rig, fake).powered_down);
    PVOID channel = nrig_channel(rig, fake->handle);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 1));
    ck_assert_uint_eq(nrig_stats(rig).engine_bytes, 1);
    nrig_close(rig);
}
END_TEST

/* ---- DCA ---- */

/* R-DCA-5: the fakes fail a DCA provider's first start that has no context change, after reset and
 * power loss too. */
START_TEST(r_dca_5_context_change_comes_first_and_after_context_loss)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, (unsigned)_i);

    fake->characteristics.Flags = NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    ck_assert(see(rig, fake).dca);
    struct netdma_channel_options options = {.affinity.Mask = 1u << 2, .dca = true};
    PVOID channel;
    nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
    struct fake_channel *on = fake_only(fake);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 5000));
    ck_assert_uint_eq(on->desc[0].desc.ControlFlags & ~(NET_DMA_STATUS_UPDATE_ON_COMPLETION |
                      NET_DMA_SERIALIZE_TRANSFER),
                      NET_DMA_OP_TYPE_CONTEXT_CHANGE | NET_DMA_DCA_CONTEXT_CHANGE);
    ck_assert_uint_eq(on->apic_id, kernel_apic_id(rig->kernel, nrig_info(channel).cpu));
    ck_assert_uint_eq(on->desc[0].desc.TransferSize & 0xFFFFFF00, 0);
    ck_assert(on->desc[1].desc.ControlFlags & NET_DMA_DESTINATION_DCA_ENABLE);
    fake_power(fake, false);
    fake_power(fake, true);
    nrig_wait(rig, NRIG_MS);
    ck_assert(on->context);
    ck_assert_uint_eq(on->apic_id, kernel_apic_id(rig->kernel, nrig_info(channel).cpu));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_10_context_change_comes_again_after_reset)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0);

    fake->characteristics.Flags = NET_DMA_PROVIDER_CHARACTERISTICS_DCA_SUPPORTED;
    fake->characteristics.AbortDma = NULL;
    nrig_ok(fake_register(fake));
    fake_start(fake);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 5000));
    on->fail_in = 1;
    nrig_nt(netdma_wait(channel, nrig_copy(rig, channel, 9000, 0, 50), 100 * NRIG_MS),
            STATUS_UNSUCCESSFUL);
    nrig_finish(channel, nrig_copy(rig, channel, 9000, 0, 60));
    ck_assert(on->context || !nrig_count(rig, NETDMA_CALL_RESET));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-DCA-7: the fakes fail any context change or DCA flag that comes without DCA. */
START_TEST(r_dca_7_providers_without_dca_get_no_context_change)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    struct netdma_channel_options options = {.dca = true};
    PVOID channel;

    ck_assert(!see(rig, fake).dca);
    nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 5000));
    ck_assert_uint_gt(fake_only(fake)->ran, 0);
    nrig_close(rig);
}
END_TEST

/* ---- interrupts ---- */

struct isr_call {
    struct kernel_interrupt interrupt;
    PVOID channel;
    ULONG cpu;
    uint64_t desc;
};

static bool call_isr(void *ctx)
{
    struct isr_call *call = ctx;

    NetDmaIsr(call->channel, (PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)call->desc}, &call->cpu);
    return true;
}

static ULONG isr_cpu(struct nrig *rig, PVOID channel, uint64_t desc)
{
    struct isr_call call = {
        .interrupt = {.isr = call_isr, .name = "test"},
        .channel = channel,
        .cpu = 0xDEAD,
        .desc = desc,
    };

    call.interrupt.ctx = &call;
    kernel_interrupt_connect(rig->kernel, &call.interrupt);
    kernel_interrupt_raise(rig->kernel, &call.interrupt);
    kernel_run(rig->kernel);
    kernel_interrupt_disconnect(rig->kernel, &call.interrupt);
    return call.cpu;
}

START_TEST(r_int_3_isr_names_the_processor_of_the_channel)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);

    for (unsigned cpu = 0; cpu < 4; cpu++) {
        struct netdma_channel_options options = {.affinity.Mask = 1u << cpu};
        PVOID channel;

        nrig_ok(NetDmaAllocateChannel(rig->client, fake->handle, &options, &channel));
        struct fake_channel *on = fake_only(fake);
        ck_assert_uint_eq(on->parameters.CpuNumber, cpu);
        ck_assert_uint_eq(isr_cpu(rig, on->handle, 0), cpu);
        ck_assert_uint_eq(nrig_info(channel).cpu, cpu);
        struct nrig_done done = {0};
        nrig_copy_done(rig, channel, 100 * cpu, 0, 100, &done);
        nrig_wait(rig, NRIG_MS);
        ck_assert_uint_eq(on->dpc_cpu, cpu);
        ck_assert_uint_eq(done.cpu, cpu);
        NetDmaFreeChannel(channel);
    }
    nrig_close(rig);
}
END_TEST

START_TEST(section_5_isr_of_an_unknown_channel_names_cpu_0)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle), dead = fake_only(fake)->handle;
    struct fake_channel corpse = {.fake = fake};

    NetDmaFreeChannel(channel);
    PVOID bad[] = {dead, NULL, rig, fake->handle, channel};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        ULONG cpu = 0xDEAD;
        IGNORED(rig, cpu = isr_cpu(rig, bad[n], 64));
        ck_assert_uint_eq(cpu, 0);
        corpse.handle = bad[n];
        IGNORED(rig, fake_dpc(&corpse, 64));
    }
    nrig_close(rig);
}
END_TEST

/* R-INT-4: the word decides, whatever address the calls carry. */
START_TEST(r_int_4_the_engine_may_be_past_the_interrupting_descriptor)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);
    struct nrig_done done[4] = {{0}};

    on->silent = true;
    for (unsigned n = 0; n < 4; n++)
        nrig_copy_done(rig, channel, n * 5000, n, 4500, &done[n]);
    for (unsigned n = 0; n < 4; n++)
        ck_assert_uint_eq(done[n].n, 0);
    nrig_wait(rig, NRIG_MS);
    ck_assert_uint_eq(on->ran, on->desc_n);
    isr_cpu(rig, on->handle, on->desc[0].bus);
    fake_dpc(on, on->desc[0].bus);
    kernel_run(rig->kernel);
    for (unsigned n = 0; n < 4; n++) {
        ck_assert_uint_eq(done[n].n, 1);
        ck_assert_int_eq(done[n].status, STATUS_SUCCESS);
    }
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-INT-4: an address alone completes nothing: the descriptor is not in the word yet. */
START_TEST(r_int_4_the_argument_completes_nothing)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);

    on->hold = true;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 0, 500);
    fake_dpc(on, on->desc[on->desc_n - 1].bus);
    kernel_run(rig->kernel);
    nrig_nt(NetDmaIsDmaCopyComplete(channel, id), STATUS_PENDING);
    on->hold = false;
    nrig_finish(channel, id);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-INT-6, R-INT-8: at rest, at work and too often; a 1.0 provider asks for a start with it. */
START_TEST(r_int_6_zero_is_accepted_without_cause)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);
    struct nrig_done done = {0};

    fake_dpc(on, 0);
    kernel_run(rig->kernel);
    fake->desc_ns = 100000;
    for (unsigned n = 0; n < 6; n++)
        nrig_copy_done(rig, channel, n * 5000, n, 4500, &done);
    for (unsigned n = 0; n < 8; n++) {
        fake_dpc(on, 0);
        nrig_wait(rig, 100000);
    }
    nrig_wait(rig, 50 * NRIG_MS);
    fake_dpc(on, 0);
    nrig_wait(rig, 50 * NRIG_MS);
    ck_assert_uint_eq(done.n, 6);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_uint_eq(nrig_info(channel).errors, 0);
    nrig_finish(channel, nrig_copy(rig, channel, 100000, 0, 100));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(r_int_8_duplicate_and_late_calls_do_no_harm)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);
    struct nrig_done done = {0};

    for (unsigned n = 0; n < 6; n++) {
        nrig_copy_done(rig, channel, n * 5000, n, 4500, &done);
        for (unsigned k = 0; k < 3; k++) {
            fake_interrupt(on);
            fake_dpc(on, on->last ? on->last : on->desc[0].bus);
            kernel_run(rig->kernel);
        }
        nrig_wait(rig, 5000);
        fake_dpc(on, on->desc[0].bus);       /* stale */
        fake_dpc(on, 0xFFFFFFFFFFFFFFC0);    /* nothing of ours */
        kernel_run(rig->kernel);
    }
    nrig_wait(rig, NRIG_MS);
    ck_assert_uint_eq(done.n, 6);
    ck_assert_int_eq(done.status, STATUS_SUCCESS);
    ck_assert_uint_eq(nrig_info(channel).errors, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(ambiguity_16_the_interrupt_calls_take_the_address_by_value)
{
    ck_assert(_Generic(&NetDmaIsr, void (*)(PVOID, PHYSICAL_ADDRESS, PULONG): true, default: false));
    ck_assert(_Generic(&NetDmaInterruptDpc, void (*)(PVOID, PHYSICAL_ADDRESS): true, default: false));
}
END_TEST

/* ---- threads ---- */

/* R-THR-1: callbacks at the caller's level or above it, never above DISPATCH (the fakes look). */
START_TEST(r_thr_1_requests_at_dispatch_reach_the_provider_at_dispatch)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    enum kernel_irql old = kernel_raise(rig->kernel, KERNEL_DISPATCH);

    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 3, 1, 40000);
    nrig_copy(rig, channel, 50000, 1, 4);
    ck_assert_int_eq(kernel_irql(rig->kernel), KERNEL_DISPATCH);
    kernel_lower(rig->kernel, old);
    ck_assert_int_eq(nrig_call(rig, NETDMA_CALL_START, 0)->irql, KERNEL_DISPATCH);
    nrig_finish(channel, id + 1);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-THR-2: while one channel stands still the other one works. */
START_TEST(r_thr_2_channels_do_not_wait_for_each_other)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID still = nrig_channel(rig, fake->handle), busy;

    fake_only(fake)->hold = true;
    busy = nrig_channel(rig, fake->handle);
    NET_DMA_COPY_ID waits = nrig_copy(rig, still, 0, 0, 1000);
    for (unsigned n = 1; n < 5; n++)
        nrig_finish(busy, nrig_copy(rig, busy, n * 2000, 0, 1000));
    nrig_nt(NetDmaIsDmaCopyComplete(still, waits), STATUS_PENDING);
    fake->channel[0].hold = false;
    nrig_finish(still, waits);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-THR-2: from inside a callback, an interrupt of the engine and a done callback ask for more of
 * the same channel; the fakes fail a nested call. */
static void ask_more(PVOID context, PVOID channel, NET_DMA_COPY_ID id, NTSTATUS status)
{
    unsigned *left = context;

    (void)id;
    ck_assert_int_eq(status, STATUS_SUCCESS);
    if ((*left)--)
        nrig_ok(NetDmaNullTransfer(channel, ask_more, left, NULL));
}

START_TEST(r_thr_2_calls_of_one_channel_are_serialized)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    unsigned left = 50;

    fake->desc_ns = 0;
    fake->dpc_inside = true;
    fake->stall_ns = 2000;
    nrig_ok(NetDmaNullTransfer(channel, ask_more, &left, NULL));
    for (unsigned n = 0; n < 50; n++) {
        nrig_copy(rig, channel, n * 1000, n, 900);
        nrig_wait(rig, 1000);
    }
    nrig_wait(rig, 10 * NRIG_MS);
    ck_assert_uint_eq(left, UINT32_MAX);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-THR-3: descriptors are done, their interrupts delivered and NetDmaInterruptDpc called, all
 * before Start and Append return. */
START_TEST(r_thr_3_completion_before_start_returns)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct nrig_done done = {0};

    fake->desc_ns = 0;
    fake->dpc_inside = true;
    fake->stall_ns = 1000;
    for (unsigned n = 0; n < 10; n++) {
        NET_DMA_COPY_ID id = nrig_copy_done(rig, channel, n * 10000, n, 9000, &done);
        nrig_ok(NetDmaIsDmaCopyComplete(channel, id));
        kernel_run(rig->kernel);
        ck_assert_uint_eq(done.n, n + 1);
    }
    ck_assert_uint_eq(nrig_stats(rig).distrusted, 0);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* R-THR-3: the same with an engine that fails before Start returns. */
START_TEST(r_thr_3_error_before_start_returns)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, versions[_i].major, versions[_i].minor);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct nrig_done done = {0};

    fake->desc_ns = 0;
    fake->dpc_inside = true;
    fake_only(fake)->fail_in = 1;
    nrig_copy_done(rig, channel, 0, 0, 100, &done);
    nrig_wait(rig, NRIG_MS);
    ck_assert_uint_eq(done.n, 1);
    ck_assert_int_eq(done.status, STATUS_UNSUCCESSFUL);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 100));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* ---- levels ---- */

/* Runs `call` at the level; it must be reported against `name` (if not "": some functions are
 * made of others) and change nothing. */
#define MISUSED(rig, level, name, call)                                                   \
    do {                                                                                  \
        unsigned violations = (rig)->violations, calls = (rig)->calls;                    \
        unsigned events = (rig)->events;                                                  \
        enum kernel_irql old = kernel_raise((rig)->kernel, level);                        \
        (rig)->tolerant = true;                                                           \
        call;                                                                             \
        (rig)->tolerant = false;                                                          \
        ck_assert_int_eq(kernel_irql((rig)->kernel), level);                              \
        kernel_lower((rig)->kernel, old);                                                 \
        ck_assert_msg((rig)->violations == violations + 1, "%s at %s: not reported", name, \
                      kernel_irql_name(level));                                           \
        ck_assert_int_eq((rig)->rule, KERNEL_RULE_LEVEL);                                 \
        if ((name)[0])                                                                   \
            ck_assert_str_eq((rig)->where, name);                                             \
        ck_assert_uint_eq((rig)->calls, calls);                                           \
        ck_assert_uint_eq((rig)->events, events);                                         \
    } while (0)

/* R-REG-1, R-DRG-1, R-PST-1: above PASSIVE. _i: APC, DISPATCH, DIRQL */
START_TEST(section_1_1_passive_functions_are_refused_above)
{
    enum kernel_irql level = (enum kernel_irql)_i;
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_new(rig, 2, 0), *other = fake_up(rig, 2, 0);
    PVOID handle = rig;

    MISUSED(rig, level, "NetDmaRegisterProvider",
            nrig_nt(NetDmaRegisterProvider(fake, &handle, &fake->characteristics),
                    STATUS_UNSUCCESSFUL));
    ck_assert_uint_eq(providers(rig), 1);
    MISUSED(rig, level, "NetDmaDeregisterProvider", NetDmaDeregisterProvider(other->handle));
    ck_assert_uint_eq(providers(rig), 1);
    MISUSED(rig, level, "NetDmaProviderStop", NetDmaProviderStop(other->handle));
    ck_assert(see(rig, other).started);
    MISUSED(rig, level, "NetDmaPnPEventNotify",
            fake_event(other, NetDmaNotificationProviderPowerDown));
    ck_assert(!see(rig, other).powered_down);
    MISUSED(rig, level, "NetDmaGetVersion", NetDmaGetVersion());
    fake_stop(other);
    MISUSED(rig, level, "NetDmaProviderStart", NetDmaProviderStart(other->handle, &other->attributes));
    ck_assert(!see(rig, other).started);
    nrig_close(rig);
}
END_TEST

START_TEST(section_1_1_interrupt_functions_are_refused_at_other_levels)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);
    struct fake_channel *on = fake_only(fake);
    const PHYSICAL_ADDRESS none = {.QuadPart = 0};
    struct netdma_interface_stats before = nrig_stats(rig), after;

    for (enum kernel_irql level = KERNEL_PASSIVE; level < KERNEL_DIRQL; level++) {
        ULONG cpu = 0xDEAD;
        MISUSED(rig, level, "NetDmaIsr", NetDmaIsr(on->handle, none, &cpu));
    }
    MISUSED(rig, KERNEL_PASSIVE, "NetDmaInterruptDpc", NetDmaInterruptDpc(on->handle, none));
    MISUSED(rig, KERNEL_APC, "NetDmaInterruptDpc", NetDmaInterruptDpc(on->handle, none));
    MISUSED(rig, KERNEL_DIRQL, "NetDmaInterruptDpc", NetDmaInterruptDpc(on->handle, none));
    after = nrig_stats(rig);
    ck_assert_uint_eq(after.interrupts, before.interrupts);
    ck_assert_uint_eq(after.dpcs, before.dpcs);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 10));
    nrig_close(rig);
}
END_TEST

START_TEST(client_functions_are_refused_at_wrong_levels)
{
    enum kernel_irql level = (enum kernel_irql)_i;
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle), out = rig;
    const struct netdma_client_characteristics characteristics = {.size = sizeof characteristics};
    const struct netdma_chain chain = {.va = rig->dst.cpu, .bytes = 100};
    const struct netdma_copy copy = {.destination = &chain, .source = &chain, .length = 0};
    const PHYSICAL_ADDRESS bus = {.QuadPart = (LONGLONG)rig->src.bus};
    ULONG n;

    MISUSED(rig, level, "NetDmaRegisterClient",
            nrig_nt(NetDmaRegisterClient(rig, &out, &characteristics), STATUS_UNSUCCESSFUL));
    MISUSED(rig, level, "NetDmaEnumerateDmaProviders",
            nrig_nt(NetDmaEnumerateDmaProviders(rig->client, NULL, sizeof(struct netdma_provider_info), 0,
                                                &n), STATUS_UNSUCCESSFUL));
    MISUSED(rig, level, "NetDmaAllocateChannel",
            nrig_nt(NetDmaAllocateChannel(rig->client, NULL, NULL, &out), STATUS_UNSUCCESSFUL));
    MISUSED(rig, level, "NetDmaFreeChannel", NetDmaFreeChannel(channel));
    MISUSED(rig, level, "NetDmaDeregisterClient", NetDmaDeregisterClient(rig->client));
    MISUSED(rig, level, "netdma_wait", nrig_nt(netdma_wait(channel, 1, 1), STATUS_UNSUCCESSFUL));
    if (level == KERNEL_DIRQL) {
        MISUSED(rig, level, "",
                nrig_nt(NetDmaChainCopyVirtualToVirtual(channel, &chain, 0, &chain, 0, 0, NULL),
                        STATUS_UNSUCCESSFUL));
        MISUSED(rig, level, "",
                nrig_nt(NetDmaChainCopyPhysicalToVirtual(channel, &chain, 0, bus, 1, NULL),
                        STATUS_UNSUCCESSFUL));
        MISUSED(rig, level, "NetDmaNullTransfer",
                nrig_nt(NetDmaNullTransfer(channel, NULL, NULL, NULL), STATUS_UNSUCCESSFUL));
        MISUSED(rig, level, "netdma_copy",
                nrig_nt(netdma_copy(channel, &copy, NULL), STATUS_UNSUCCESSFUL));
        MISUSED(rig, level, "NetDmaIsDmaCopyComplete",
                nrig_nt(NetDmaIsDmaCopyComplete(channel, 1), STATUS_UNSUCCESSFUL));
        MISUSED(rig, level, "NetDmaFlushPendingDescriptors", NetDmaFlushPendingDescriptors(channel));
        MISUSED(rig, level, "NetDmaPrefetchNextDescriptor", NetDmaPrefetchNextDescriptor(channel));
        MISUSED(rig, level, "NetDmaGetMaxPendingDescriptors",
                ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(channel), 0));
        MISUSED(rig, level, "NetDmaSetMaxPendingDescriptors",
                nrig_nt(NetDmaSetMaxPendingDescriptors(channel, 2), STATUS_UNSUCCESSFUL));
    }
    ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(channel), 1);
    nrig_finish(channel, nrig_copy(rig, channel, 0, 0, 10));
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

START_TEST(copy_wait_at_a_wrong_level_requests_nothing)
{
    enum kernel_irql level = (enum kernel_irql)_i;
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);
    const struct netdma_chain to = {.va = rig->dst.cpu, .bytes = 100};
    const struct netdma_chain from = {.va = rig->src.cpu, .bytes = 100};
    const struct netdma_copy copy = {.destination = &to, .source = &from, .length = 100};

    MISUSED(rig, level, "", nrig_nt(netdma_copy_wait(channel, &copy, 1), STATUS_UNSUCCESSFUL));
    nrig_wait(rig, NRIG_MS);
    nrig_check(rig);
    nrig_close(rig);
}
END_TEST

/* A provider that comes back at another level is named, and the level is repaired. */
START_TEST(a_callback_that_leaks_its_level_is_reported)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);

    fake->leak_level = true;
    rig->tolerant = true;
    NET_DMA_COPY_ID id = nrig_copy(rig, channel, 0, 0, 10);
    rig->tolerant = false;
    fake->leak_level = false;
    ck_assert_uint_eq(rig->violations, 1);
    ck_assert_int_eq(rig->rule, KERNEL_RULE_LEAK);
    ck_assert_int_eq(kernel_irql(rig->kernel), KERNEL_PASSIVE);
    nrig_finish(channel, id);
    nrig_close(rig);
}
END_TEST

/* ---- the interface object ---- */

START_TEST(without_an_interface_everything_fails)
{
    NET_DMA_PROVIDER_CHARACTERISTICS characteristics = {.Size = sizeof characteristics};
    NET_DMA_PROVIDER_ATTRIBUTES attributes = {.Size = sizeof attributes};
    NET_DMA_PNP_NOTIFICATION event = {.StructureRevision = 1, .StructureSize = sizeof event};
    const PHYSICAL_ADDRESS none = {.QuadPart = 0};
    PVOID handle = &handle;
    ULONG cpu = 9;

    ck_assert_ptr_null(netdma_interface_current());
    ck_assert(!NT_SUCCESS(NetDmaRegisterProvider(NULL, &handle, &characteristics)));
    NetDmaProviderStart(&event, &attributes);
    NetDmaProviderStop(&event);
    NetDmaPnPEventNotify(&event, &event);
    NetDmaDeregisterProvider(&event);
    NetDmaIsr(&event, none, &cpu);
    ck_assert_uint_eq(cpu, 0);
    NetDmaInterruptDpc(&event, none);
    ck_assert_uint_eq(NetDmaGetVersion(), 0);
    ck_assert(!NT_SUCCESS(NetDmaRegisterClient(NULL, &handle, NULL)));
    ck_assert(!NT_SUCCESS(NetDmaAllocateChannel(&event, NULL, NULL, &handle)));
    ck_assert(!NT_SUCCESS(NetDmaIsDmaCopyComplete(&event, 1)));
    ck_assert(!NT_SUCCESS(NetDmaNullTransfer(&event, NULL, NULL, NULL)));
    ck_assert_uint_eq(NetDmaGetMaxPendingDescriptors(&event), 0);
    NetDmaFreeChannel(&event);
    NetDmaDeregisterClient(&event);
}
END_TEST

START_TEST(an_interface_is_opened_once_and_with_good_values)
{
    struct nrig *rig = nrig_open(NULL);
    struct netdma_interface_config good, bad;
    struct netdma_interface *second = rig->iface;

    netdma_interface_config_init(&good);
    ck_assert_uint_eq(good.major, 2);
    ck_assert_uint_eq(good.minor, 1);
    ck_assert_uint_eq(good.ring_log2, 8);
    good.kernel = rig->kernel;
    ck_assert_int_eq(netdma_interface_open(&good, &second), IOAT_ESTATE);
    ck_assert_ptr_null(second);
    ck_assert_ptr_eq(netdma_interface_current(), rig->iface);
    ck_assert_ptr_eq(netdma_interface_kernel(rig->iface), rig->kernel);
    netdma_interface_close(rig->iface);
#define BAD(change)                                                              \
    do {                                                                         \
        bad = good;                                                              \
        change;                                                                  \
        second = rig->iface;                                                     \
        ck_assert_int_eq(netdma_interface_open(&bad, &second), IOAT_EINVAL);     \
        ck_assert_ptr_null(second);                                              \
        ck_assert_ptr_null(netdma_interface_current());                          \
    } while (0)
    BAD(bad.kernel = NULL);
    BAD(bad.ring_log2 = 2);
    BAD(bad.ring_log2 = 16);
    BAD(bad.minor = 2);
    BAD(bad.major = 3);
    BAD(bad.major = 0);
    BAD((bad.major = 1, bad.minor = 2));
#undef BAD
    nrig_io(netdma_interface_open(&good, &rig->iface));
    netdma_interface_close(NULL);
    nrig_close(rig);
}
END_TEST

START_TEST(closing_the_interface_ends_everything)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *one = fake_up(rig, 1, 0), *two = fake_up(rig, 2, 1);

    nrig_copy(rig, nrig_channel(rig, one->handle), 0, 0, 20000);
    nrig_copy(rig, nrig_channel(rig, two->handle), 30000, 0, 20000);
    nrig_client(rig, one);
    register_only(rig, 1, 1);
    netdma_interface_close(rig->iface);
    ck_assert_uint_eq(fake_allocated(one) + fake_allocated(two), 0);
    ck_assert_uint_eq(nrig_count(rig, NETDMA_CALL_FREE), 2);
    nrig_check(rig);
    rig->iface = NULL;
    nrig_close(rig);
}
END_TEST

/* ---- watching ---- */

struct watch {
    unsigned before[NETDMA_CALL_N], after[NETDMA_CALL_N];
    NTSTATUS status[NETDMA_CALL_N];
    char name[NETDMA_CALL_N][40];
};

static void on_call(void *ctx, const struct netdma_call *call)
{
    struct watch *watch = ctx;

    if (call->returned) {
        watch->after[call->kind]++;
        watch->status[call->kind] = call->status;
    } else {
        watch->before[call->kind]++;
    }
    ck_assert_uint_ge(watch->before[call->kind], watch->after[call->kind]);
    strncpy(watch->name[call->kind], call->name, sizeof watch->name[0] - 1);
}

START_TEST(every_call_is_reported_before_and_after)
{
    static const char *const names[] = {
        [NETDMA_CALL_SET_AFFINITY] = "ProviderSetDmaChannelCpuAffinity",
        [NETDMA_CALL_ALLOCATE] = "ProviderAllocateDmaChannel",
        [NETDMA_CALL_FREE] = "ProviderFreeDmaChannel",
        [NETDMA_CALL_START] = "ProviderStartDma",
        [NETDMA_CALL_APPEND] = "ProviderAppendDma",
        [NETDMA_CALL_REGISTER] = "NetDmaRegisterProvider",
        [NETDMA_CALL_DEREGISTER] = "NetDmaDeregisterProvider",
        [NETDMA_CALL_PROVIDER_START] = "NetDmaProviderStart",
        [NETDMA_CALL_PROVIDER_STOP] = "NetDmaProviderStop",
        [NETDMA_CALL_ISR] = "NetDmaIsr",
        [NETDMA_CALL_INTERRUPT_DPC] = "NetDmaInterruptDpc",
        [NETDMA_CALL_PNP_EVENT] = "NetDmaPnPEventNotify",
    };
    static struct watch watch;
    struct nrig_config config = nrig_config();
    struct nrig_done done = {0};
    config.iface.on_call = on_call;
    config.iface.on_call_ctx = &watch;
    struct nrig *rig = nrig_open(&config);
    struct fake *fake = fake_up(rig, 2, 0);
    PVOID channel = nrig_channel(rig, fake->handle);

    nrig_copy_done(rig, channel, 0, 0, 10, &done);
    nrig_copy_done(rig, channel, 20, 0, 10, &done);
    nrig_wait(rig, NRIG_MS);
    fake_only(fake)->refuse_appends = 1;
    fake_only(fake)->refuse_starts = 1;
    nrig_finish(channel, nrig_copy(rig, channel, 40, 0, 10));
    ck_assert_int_eq(watch.status[NETDMA_CALL_APPEND], STATUS_UNSUCCESSFUL);
    fake_power(fake, false);
    fake_power(fake, true);
    fake_stop(fake);
    fake_deregister(fake);
    for (unsigned n = 0; n < sizeof names / sizeof *names; n++)
        if (names[n]) {
            ck_assert_msg(watch.before[n] > 0, "%s was not reported", names[n]);
            ck_assert_uint_eq(watch.before[n], watch.after[n]);
            ck_assert_str_eq(watch.name[n], names[n]);
        }
    for (unsigned n = NETDMA_CALL_SET_AFFINITY; n <= NETDMA_CALL_RESET; n++)
        ck_assert_uint_eq(watch.after[n], nrig_count(rig, n));
    nrig_close(rig);
}
END_TEST

/* ---- channels by hand ---- */

START_TEST(ambiguity_03_suspend_reads_through_either_pointer)
{
    struct nrig *rig = nrig_open(NULL);
    struct fake *fake = fake_up(rig, 2, 0);
    struct dma_buf memory;
    struct netdma_raw *raw;
    uint64_t last = 0;

    nrig_io(kernel_alloc(rig->kernel, 4096, 64, &memory));
    NET_DMA_CHANNEL_PARAMETERS parameters = {
        .Revision = 1, .Size = 40,
        .CompletionVirtualAddress = (char *)memory.cpu + 2048,
        .CompletionPhysicalAddress.QuadPart = (LONGLONG)memory.bus + 2048,
    };
    nrig_ok(netdma_raw_allocate(fake->handle, &parameters, NULL, &raw));
    NET_DMA_DESCRIPTOR *desc = memory.cpu;
    for (unsigned n = 0; n < 4; n++)
        desc[n] = (NET_DMA_DESCRIPTOR){
            .ControlFlags = NET_DMA_NULL_TRANSFER | NET_DMA_STATUS_UPDATE_ON_COMPLETION,
            .NextDescriptor.QuadPart = (LONGLONG)memory.bus + 64 * (n + 1),
        };
    fake->suspend_in_place = _i;
    nrig_ok(netdma_raw_start(raw, desc, memory.bus, 4));
    nrig_ok(netdma_raw_suspend(raw, &last));
    ck_assert_uint_eq(last, memory.bus);
    nrig_ok(netdma_raw_resume(raw));
    nrig_ok(netdma_raw_abort(raw));
    nrig_ok(netdma_raw_reset(raw));
    netdma_raw_free(raw);
    kernel_free(rig->kernel, &memory);
    nrig_close(rig);
}
END_TEST

Suite *netdma_suite(void)
{
    Suite *suite = suite_create("netdma");
    TCase *tcase = tb_case(suite, "netdma_layout", 10);

    tcase_add_test(tcase, section_2_types_have_their_widths);
    tcase_add_test(tcase, section_2_1_descriptor);
    tcase_add_test(tcase, section_2_2_channel_parameters);
    tcase_add_test(tcase, section_2_3_to_2_6_structures);
    tcase_add_test(tcase, section_3_1_control_flags);
    tcase_add_test(tcase, section_3_2_to_3_5_values);
    tcase_add_test(tcase, ambiguity_18_notification_max_is_the_exclusive_bound);

    tcase = tb_case(suite, "netdma_register", 30);
    tcase_add_loop_test(tcase, r_ver_1_get_version_packs_major_and_minor, 0, VERSIONS);
    tcase_add_test(tcase, r_ver_1_the_default_is_2_1);
    tcase_add_loop_test(tcase, r_ver_2_a_newer_provider_is_refused, 0, VERSIONS);
    tcase_add_test(tcase, r_ver_2_version_0_is_refused);
    tcase_add_loop_test(tcase, r_ver_3_a_1_0_interface_has_no_newer_routines, 0, VERSIONS);
    tcase_add_test(tcase, r_ver_4_events_of_a_1_0_provider_are_ignored);
    tcase_add_loop_test(tcase, ambiguity_15_the_version_of_a_provider_is_the_interface_version, 0,
                        VERSIONS);
    tcase_add_test(tcase, r_reg_3_registration_returns_the_handle_of_all_later_calls);
    tcase_add_test(tcase, r_reg_4_each_provider_gets_its_own_context);
    tcase_add_loop_test(tcase, r_reg_5_each_mandatory_callback_must_be_there, 0, 8);
    tcase_add_loop_test(tcase, r_reg_6_without_optional_callbacks_everything_works, 0, VERSIONS);
    tcase_add_test(tcase, ambiguity_22_stop_without_optional_callbacks_waits);
    tcase_add_loop_test(tcase, r_reg_7_suspend_needs_resume, 0, 2);
    tcase_add_test(tcase, r_reg_7_resume_without_suspend_is_accepted);
    tcase_add_loop_test(tcase, r_reg_8_each_version_has_its_flags, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_reg_9_from_2_0_on_a_name_must_be_given, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_reg_10_nothing_but_affinity_is_called_before_start, 0, VERSIONS);
    tcase_add_test(tcase, r_reg_11_providers_live_side_by_side);
    tcase_add_test(tcase, r_reg_12_the_library_keeps_its_own_copy);
    tcase_add_test(tcase, section_5_registration_refuses_bad_arguments);
    tcase_add_test(tcase, section_2_4_a_1x_provider_may_be_without_friendly_name);
    tcase_add_test(tcase, registration_of_too_many_channels_has_no_resources);
    tcase_add_loop_test(tcase, r_aff_1_registration_sets_the_affinity, 0, VERSIONS);
    tcase_add_test(tcase, r_aff_2_the_array_covers_every_channel);
    tcase_add_test(tcase, ambiguity_05_no_affinity_without_msix);
    tcase_add_loop_test(tcase, ambiguity_05_the_affinity_callback_may_be_null, 0, VERSIONS);
    tcase_add_test(tcase, ambiguity_17_the_affinity_size_is_bytes);
    tcase_add_test(tcase, section_5_a_failing_affinity_callback_does_not_fail_registration);

    tcase = tb_case(suite, "netdma_start_stop", 30);
    tcase_add_test(tcase, r_pst_2_a_bad_start_is_ignored);
    tcase_add_test(tcase, r_pst_2_a_second_start_is_ignored);
    tcase_add_loop_test(tcase, r_pst_3_start_and_stop_alternate_with_new_attributes, 0, VERSIONS);
    tcase_add_test(tcase, r_pst_4_maximum_transfer_size_is_4096_or_more);
    tcase_add_test(tcase, r_pst_5_the_number_of_channels_is_1_to_the_maximum);
    tcase_add_loop_test(tcase, r_psp_1_stop_returns_when_work_is_done_and_channels_are_free, 0,
                        VERSIONS);
    tcase_add_loop_test(tcase, r_psp_1_stop_completes_what_was_never_flushed, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_psp_1_stop_needs_no_interrupt, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_psp_1_stop_gives_up_after_drain_ns, 0, 4);
    tcase_add_loop_test(tcase, r_psp_2_after_stop_no_callback_comes, 0, VERSIONS);
    tcase_add_test(tcase, r_psp_2_a_channel_of_before_stays_with_the_cpu_after_the_next_start);
    tcase_add_test(tcase, section_5_stop_of_a_stopped_provider_does_nothing);
    tcase_add_loop_test(tcase, r_psp_3_deregistration_stops_a_started_provider_first, 0, VERSIONS);
    tcase_add_test(tcase, a_dead_provider_handle_is_ignored);
    tcase_add_test(tcase, section_3_5_clients_hear_of_a_provider_in_order);
    tcase_add_test(tcase, channel_arrival_is_told_when_the_first_channel_comes_free);
    tcase_add_test(tcase, ambiguity_19_removal_is_told_before_channels_are_freed);
    tcase_add_loop_test(tcase, r_psp_1_a_stop_is_not_disturbed_from_inside, 0, VERSIONS);
    tcase_add_test(tcase, every_client_is_notified);

    /* From 1.1 on: a 1.0 provider has no events. */
    tcase = tb_case(suite, "netdma_power", 30);
    tcase_add_loop_test(tcase, r_pwr_1_clients_hear_it_while_the_provider_still_works, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_2_power_events_reach_the_clients, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_3_power_down_returns_when_drained, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_4_power_up_starts_every_channel_before_clients_go_on, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_5_channels_stay_allocated, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_5_stop_while_powered_down_frees_the_channels, 1, VERSIONS);
    tcase_add_loop_test(tcase, r_pwr_6_after_context_loss_a_start_comes_before_any_append, 1, VERSIONS);
    tcase_add_test(tcase, r_pwr_7_a_1_0_provider_asks_for_a_start);
    tcase_add_test(tcase, r_pwr_7_a_1_0_provider_comes_back);
    tcase_add_test(tcase, ambiguity_06_lost_requests_are_resubmitted);
    tcase_add_loop_test(tcase, ambiguity_06_a_failed_append_is_answered_with_a_start, 0, VERSIONS);
    tcase_add_test(tcase, r_pwr_8_bad_events_are_ignored);
    tcase_add_test(tcase, r_pwr_8_events_of_a_stopped_provider_are_ignored);
    tcase_add_loop_test(tcase, r_dca_5_context_change_comes_first_and_after_context_loss, 0, 2);
    tcase_add_test(tcase, ambiguity_10_context_change_comes_again_after_reset);
    tcase_add_loop_test(tcase, r_dca_7_providers_without_dca_get_no_context_change, 0, VERSIONS);

    tcase = tb_case(suite, "netdma_threads", 30);
    tcase_add_loop_test(tcase, r_int_3_isr_names_the_processor_of_the_channel, 0, VERSIONS);
    tcase_add_test(tcase, section_5_isr_of_an_unknown_channel_names_cpu_0);
    tcase_add_loop_test(tcase, r_int_4_the_engine_may_be_past_the_interrupting_descriptor, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_int_4_the_argument_completes_nothing, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_int_6_zero_is_accepted_without_cause, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_int_8_duplicate_and_late_calls_do_no_harm, 0, VERSIONS);
    tcase_add_test(tcase, ambiguity_16_the_interrupt_calls_take_the_address_by_value);
    tcase_add_loop_test(tcase, r_thr_1_requests_at_dispatch_reach_the_provider_at_dispatch, 0,
                        VERSIONS);
    tcase_add_loop_test(tcase, r_thr_2_channels_do_not_wait_for_each_other, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_thr_2_calls_of_one_channel_are_serialized, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_thr_3_completion_before_start_returns, 0, VERSIONS);
    tcase_add_loop_test(tcase, r_thr_3_error_before_start_returns, 0, VERSIONS);
    tcase_add_loop_test(tcase, section_1_1_passive_functions_are_refused_above, KERNEL_APC,
                        KERNEL_DIRQL + 1);
    tcase_add_test(tcase, section_1_1_interrupt_functions_are_refused_at_other_levels);
    tcase_add_loop_test(tcase, client_functions_are_refused_at_wrong_levels, KERNEL_DISPATCH,
                        KERNEL_DIRQL + 1);
    tcase_add_loop_test(tcase, copy_wait_at_a_wrong_level_requests_nothing, KERNEL_APC,
                        KERNEL_DIRQL + 1);
    tcase_add_test(tcase, a_callback_that_leaks_its_level_is_reported);

    tcase = tb_case(suite, "netdma_interface", 30);
    tcase_add_test(tcase, without_an_interface_everything_fails);
    tcase_add_test(tcase, an_interface_is_opened_once_and_with_good_values);
    tcase_add_test(tcase, closing_the_interface_ends_everything);
    tcase_add_test(tcase, every_call_is_reported_before_and_after);
    tcase_add_loop_test(tcase, ambiguity_03_suspend_reads_through_either_pointer, 0, 2);
    return suite;
}
