#include "apps/shell.h"
/*
 * setsockopt and getsockopt of the console, by Linux's names, and what a socket tells its process
 * without being asked (RFC 9293 MUST-32, MUST-47): a line of its own, as a signal would come.
 */
#include "stack/iface.h"
#include "stack/sysctl.h"
#include <string.h>

enum { HEX = 16, DECIMAL = 10 };

/* 30, -1, 0x10, on, off */
static bool parse_value(const char *word, int64_t *value) {
    bool minus = word[0] == '-';
    uint64_t number = 0, base = DECIMAL;
    if (same_text(word, "on") || same_text(word, "off")) {
        *value = word[1] == 'n';
        return true;
    }
    word += minus;
    if (word[0] == '0' && word[1] == 'x') {
        base = HEX;
        word += 2;
    }
    if (*word == '\0' || strlen(word) > 10) return false;
    for (; *word != '\0'; word++) {
        int digit = hex_value(*word);
        if (digit < 0 || (uint64_t)digit >= base) return false;
        number = number * base + (uint64_t)digit;
    }
    *value = minus ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool congestion_named(const char *word, int64_t *value) {
    *value = same_text(word, "cubic") ? CONGESTION_CUBIC : CONGESTION_RENO;
    return same_text(word, "cubic") || same_text(word, "reno");
}

static bool parse_option(struct step *s, const struct command *c, enum socket_option *option) {
    if (socket_option_named(c->words[2], option)) return true;
    call_returned(s, c->process, -LINUX_ENOPROTOOPT);
    return false;
}

static bool is_membership(enum socket_option option) {
    return option == OPTION_IP_ADD_MEMBERSHIP || option == OPTION_IP_DROP_MEMBERSHIP;
}

/* Its value has no meaning as a number, but for 0. */
static bool takes_interface(enum socket_option option) {
    return is_membership(option) || option == OPTION_IP_MULTICAST_IF;
}

/* The interface by its name or its address, as struct ip_mreqn has it. */
static bool parse_interface(const struct step *s, uint32_t node, const char *word,
                            int64_t *interface) {
    ip4 address;
    *interface = iface_named(s->lab, node, word);
    if (*interface == 0 && parse_ip4(word, &address))
        *interface = iface_with_address(s->lab, node, address);
    return *interface != 0;
}

/* setsockopt FD IP_ADD_MEMBERSHIP GROUP [INTERFACE]; ... IP_MULTICAST_IF INTERFACE */
static bool parse_group(const struct step *s, const struct command *c, enum socket_option option,
                        int64_t *value) {
    ip4 group;
    int64_t interface = 0;
    if (option == OPTION_IP_MULTICAST_IF) return parse_interface(s, c->node, c->words[3], value);
    if (!is_membership(option) || !parse_ip4(c->words[3], &group)) return false;
    if (c->count > 4 && !parse_interface(s, c->node, c->words[4], &interface)) return false;
    *value = interface << 32 | group;
    return true;
}

/* ------------------------------------------------------------------- IP options */

static bool parse_hex(const char *word, uint8_t out[IP_OPTIONS_MOST], size_t *count) {
    size_t digits = strlen(word);
    if (digits % 2 != 0 || digits / 2 > IP_OPTIONS_MOST) return false;
    for (*count = 0; *count < digits / 2; ++*count) {
        const char octet[] = {'0', 'x', word[2 * *count], word[2 * *count + 1], '\0'};
        int64_t value;
        if (!parse_value(octet, &value)) return false;
        out[*count] = (uint8_t)value;
    }
    return true;
}

/* lsrr HOP..., ssrr HOP...: the hops in their order, without the destination. */
static bool parse_hops(const struct command *c, uint8_t type, uint8_t out[IP_OPTIONS_MOST],
                       size_t *count) {
    enum { FIRST = 4, HOPS_MOST = 9, HEAD = 3, ADDRESS = 4 };
    if (c->count == FIRST || c->count > FIRST + HOPS_MOST) return false;
    struct writer w = writer_of(out, IP_OPTIONS_MOST);
    write_u8(&w, type);
    write_u8(&w, (uint8_t)(HEAD + ADDRESS * (c->count - FIRST)));
    write_u8(&w, HEAD + 1);
    for (size_t i = FIRST; i < c->count; i++) {
        ip4 hop;
        if (!parse_ip4(c->words[i], &hop)) return false;
        write_u32(&w, hop);
    }
    write_u8(&w, IPV4_OPTION_END);
    *count = written(&w);
    return true;
}

/* setsockopt FD IP_OPTIONS lsrr|ssrr HOP... | rr | ts | off | HEX */
static void set_ip_options(struct step *s, const struct command *c, struct id socket) {
    static const uint8_t record[] = {IPV4_OPTION_RECORD, 39, 4},
                         stamp[] = {IPV4_OPTION_STAMP, 40, 5};
    uint8_t octets[IP_OPTIONS_MOST] = {0};
    size_t count = 0;
    const char *what = c->words[3];
    bool good = true;
    if (same_text(what, "lsrr") || same_text(what, "ssrr")) {
        good =
            parse_hops(c, what[0] == 'l' ? IPV4_OPTION_LOOSE : IPV4_OPTION_STRICT, octets, &count);
    } else if (same_text(what, "rr") || same_text(what, "ts")) {
        memcpy(octets, what[0] == 'r' ? record : stamp, sizeof record);
        count = IP_OPTIONS_MOST;
    } else if (!same_text(what, "off")) {
        good = parse_hex(what, octets, &count);
    }
    if (good)
        call_returned(s, c->process, socket_ip_options_set(s, socket, octets, (count + 3) / 4 * 4));
    else
        command_misused(s, c, "lsrr HOP..., ssrr HOP..., rr, ts, off or the octets in hex");
}

static void say_ip_options(struct step *s, const struct command *c, struct id socket) {
    uint8_t octets[IP_OPTIONS_MOST];
    char room[2 * IP_OPTIONS_MOST + 1];
    struct text t = text_of(room, sizeof room);
    size_t count = socket_ip_options_get(s->lab, socket, octets);
    for (size_t i = 0; i < count; i++) text_hex(&t, octets[i], 2);
    process_say(s, c->process, &t);
    call_returned(s, c->process, 0);
}

void run_setsockopt(struct step *s, const struct command *c) {
    int64_t value;
    enum socket_option option;
    struct id socket = command_socket(s, c, 4);
    if (!id_is(socket) || !parse_option(s, c, &option)) return;
    if (option == OPTION_IP_OPTIONS) {
        set_ip_options(s, c, socket);
        return;
    }
    bool named = (option == OPTION_TCP_CONGESTION && congestion_named(c->words[3], &value)) ||
                 parse_group(s, c, option, &value);
    if (!named && takes_interface(option) && !same_text(c->words[3], "0")) {
        command_misused(s, c, "IP_ADD_MEMBERSHIP GROUP [INTERFACE], IP_MULTICAST_IF INTERFACE");
        return;
    }
    if (!named && !parse_value(c->words[3], &value)) {
        command_misused(s, c, "the value is a number, on or off");
        return;
    }
    if (option == OPTION_SO_LINGER && same_text(c->words[3], "off")) value = -1;
    call_returned(s, c->process, socket_option_set(s, socket, option, value));
}

void run_getsockopt(struct step *s, const struct command *c) {
    int64_t value = 0;
    enum socket_option option;
    char room[32];
    struct text t = text_of(room, sizeof room);
    struct id socket = command_socket(s, c, 3);
    if (!id_is(socket) || !parse_option(s, c, &option)) return;
    if (option == OPTION_IP_OPTIONS) {
        say_ip_options(s, c, socket);
        return;
    }
    int result = socket_option_get(s, socket, option, &value);
    if (result == 0) {
        if (option == OPTION_SO_LINGER && value < 0)
            text_add(&t, "off");
        else if (option == OPTION_TCP_CONGESTION)
            text_add(&t, value == CONGESTION_CUBIC ? "cubic" : "reno");
        else
            text_i64(&t, value);
        process_say(s, c->process, &t);
    }
    call_returned(s, c->process, result);
}

static void say_report(struct step *s, struct id process, uint32_t fd, enum socket_report report,
                       uint64_t value) {
    char room[96];
    struct text t = text_of(room, sizeof room);
    text_u64(&t, fd);
    text_add(&t, ": ");
    switch (report) {
    case SOCKET_REPORT_NONE: return;
    case SOCKET_REPORT_URGENT:
        text_add(&t, "urgent data, octets up to the mark: ");
        text_u64(&t, value);
        break;
    case SOCKET_REPORT_R1:
        text_add(&t, "no answer, repetitions so far: ");
        text_u64(&t, value);
        break;
    case SOCKET_REPORT_ERROR:
        text_add(&t, "soft error: ");
        text_add(&t, linux_error_text((int)value));
        break;
    }
    process_say(s, process, &t);
}

void reports_say(struct step *s, struct id process) {
    const struct process *p = process_get(s->lab, process);
    for (uint32_t fd = FD_FIRST; fd < FD_FIRST + FD_COUNT; fd++) {
        uint64_t value = 0;
        struct id socket = p->fd[fd - FD_FIRST];
        if (!id_is(socket) || socket_get(s->lab, socket) == NULL) continue;
        enum socket_report report = socket_told(s, socket, &value);
        if (report != SOCKET_REPORT_NONE) say_report(s, process, fd, report, value);
    }
}
