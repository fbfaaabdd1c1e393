/*
 * Real captures, field by field, against what tshark says of them: every field that owns octets
 * must be in our tree under the same name with the same offset, length and value. captures/ORIGIN
 * says where they are from.
 */
#include "conversation.h"
#include "pcap_read.h"
#include "wire_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/wire/captures/"

enum { FIELDS_MAX = 1000, TEXT_ROOM = 200 };
struct shown {
    char name[48], text[TEXT_ROOM];
    uint32_t offset, length, flags;
    bool used;
};
struct tree {
    struct shown fields[FIELDS_MAX];
    size_t count;
};
struct expected {
    unsigned packet, offset, length;
    char name[48], text[TEXT_ROOM];
};
struct tally {
    size_t wanted, same;
};

static void keep(void *user, const struct field *f) {
    struct tree *tree = user;
    assert_true(tree->count < FIELDS_MAX);
    struct shown *s = &tree->fields[tree->count++];
    *s = (struct shown){.offset = f->offset, .length = f->length, .flags = f->flags};
    strncpy(s->name, f->name, sizeof s->name - 1);
    strncpy(s->text, f->text, sizeof s->text - 1);
}

static bool same_value(const struct shown *s, const char *want) {
    if (strcmp(want, "-") == 0) /* a protocol has no value of its own */
        return s->flags & FIELD_HEADER;
    if (strcmp(want, "*") == 0) /* the octets themselves, too many to print */
        return s->flags & FIELD_OCTETS;
    return strcmp(s->text, want) == 0;
}

static void compare_field(struct tree *tree, const struct expected *want, const char *file,
                          struct tally *tally) {
    const struct shown *other = NULL;
    tally->wanted++;
    for (size_t i = 0; i < tree->count; i++) {
        struct shown *s = &tree->fields[i];
        if (s->used || strcmp(s->name, want->name) != 0) continue;
        if (s->offset == want->offset && s->length == want->length && same_value(s, want->text)) {
            s->used = true;
            tally->same++;
            return;
        }
        other = s;
    }
    if (other != NULL)
        fail_msg("%s: packet %u: %s should be %u+%u \"%s\", is %u+%u \"%s\"", file, want->packet,
                 want->name, want->offset, want->length, want->text, other->offset, other->length,
                 other->text);
    print_message("%s: packet %u: %s is missing\n", file, want->packet, want->name);
}

static bool next_expected(FILE *file, struct expected *want) {
    char line[512];
    if (fgets(line, sizeof line, file) == NULL) return false;
    int fields = sscanf(line, "%u\t%47[^\t]\t%u\t%u\t%199[^\n]", &want->packet, want->name,
                        &want->offset, &want->length, want->text);
    assert_int_equal(fields, 5);
    return true;
}

static void compare_capture(const char *name, struct tally *tally) {
    char path[200];
    struct capture capture;
    struct captured packet;
    struct conversations conversations = {0};
    struct expected want = {0};
    struct tree *tree = malloc(sizeof *tree);
    snprintf(path, sizeof path, FOLDER "%s.pcap", name);
    FILE *pcap = fopen(path, "rb");
    snprintf(path, sizeof path, FOLDER "%s.tsv", name);
    FILE *tsv = fopen(path, "r");
    assert_true(pcap != NULL && tsv != NULL && tree != NULL);
    assert_true(capture_open(&capture, pcap));
    bool more = next_expected(tsv, &want);
    while (capture_next(&capture, &packet) == CAPTURE_PACKET) {
        struct packet_context context = {.has_time = true, .at_ns = packet.at_ns};
        check_cover(packet.octets, packet.count);
        conversations_context(&conversations, capture.packets, packet.octets, packet.count,
                              &context);
        tree->count = 0;
        packet_describe_in(&context, packet.octets, packet.count, keep, tree);
        assert_true(more && want.packet == capture.packets);
        for (; more && want.packet == capture.packets; more = next_expected(tsv, &want))
            compare_field(tree, &want, name, tally);
    }
    assert_false(more); /* every packet of tshark's came */
    capture_close(&capture);
    conversations_free(&conversations);
    fclose(pcap);
    fclose(tsv);
    free(tree);
}

static void compare(void **state) {
    struct tally tally = {0};
    const char *const *name = *state;
    compare_capture(*name, &tally);
    assert_true(tally.wanted > 0);
    assert_int_equal(tally.same, tally.wanted);
}

int main(void) {
    static const char *names[] = {"arp_gratuitous",
                                  "arp_request_reply",
                                  "arp_unanswered",
                                  "icmp_echo",
                                  "icmp_frag_needed_pmtu",
                                  "icmp_redirect",
                                  "icmp_router_solicitation",
                                  "icmp_timestamp",
                                  "ip_fragments_ping",
                                  "ip_record_route",
                                  "ip_timestamp_option",
                                  "made_arp_probe",
                                  "made_cut_60",
                                  "made_fragments",
                                  "made_icmp_errors",
                                  "made_icmp_kinds",
                                  "made_icmp_quotes",
                                  "made_igmp",
                                  "made_ip_options",
                                  "made_ospf",
                                  "made_ospf_lsa",
                                  "made_reset_text",
                                  "made_rip",
                                  "made_tcp_flags",
                                  "made_tcp_options",
                                  "made_tftp_odd",
                                  "made_tftp_wrong_tid",
                                  "made_udp",
                                  "ospf_areas",
                                  "ospf_broadcast_down_to_full",
                                  "ospf_broadcast_lsu_link_failure",
                                  "ospf_broadcast_neighbor_death",
                                  "ospf_lan_dr_election",
                                  "ospf_md5_down_to_full",
                                  "ospf_ptp_down_to_full",
                                  "ospf_ptp_lsu_link_failure",
                                  "rip_auth_start_and_periodic",
                                  "rip_auth_triggered_poison",
                                  "rip_md5_start_and_periodic",
                                  "rip_v1_start_and_periodic",
                                  "rip_v2_start_and_periodic",
                                  "rip_v2_triggered_poison",
                                  "tcp_basic",
                                  "tcp_half_close",
                                  "tcp_simultaneous_close",
                                  "tcp_simultaneous_open",
                                  "tcp_syn_retries_exponential",
                                  "tcp_syn_retries_linear",
                                  "tftp_error_file_not_found",
                                  "tftp_get_blksize_tsize_timeout",
                                  "tftp_octet_put_plain",
                                  "udp_fragmented",
                                  "udp_plain"};
    struct CMUnitTest tests[sizeof names / sizeof *names];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        tests[i] =
            (struct CMUnitTest){.name = names[i], .test_func = compare, .initial_state = &names[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
