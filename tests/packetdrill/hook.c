#include "rig.h"
/*
 * Three things packetdrill does beside its interface, with the C library: for an assertion on
 * tcp_info it calls getsockopt() on the descriptor that we gave it, it calls sendfile(), and a
 * script's shell command goes to system(). The first two can only be answered by who owns the
 * descriptor, and of the last the host under test must hear, so these calls of the main program
 * are led through here: its entry for the function is found in its dynamic section and set to
 * ours. No other library's calls are touched. A program that does not import them (a driver of
 * our own) is left as it is.
 */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { HOOKS = 3, SENDFILE_MOST = 1 << 20 };
static struct rig *hooked; /* one at a time: the library belongs to one packetdrill */
static struct {
    void **slot;
    void *before;
} entries[HOOKS];

static int our_getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
    if (fd < 0 || fd >= FDS || hooked == NULL || hooked->fd[fd].kind == FD_NONE)
        return getsockopt(fd, level, name, value, length);
    pthread_mutex_lock(&hooked->lock);
    int result = call_getsockopt(hooked, fd, level, name, value, length);
    pthread_mutex_unlock(&hooked->lock);
    if (result >= 0) return result;
    errno = -result;
    return -1;
}

/* What the file has there, as one send(). */
static ssize_t our_sendfile(int out, int in, off_t *offset, size_t count) {
    if (out < 0 || out >= FDS || hooked == NULL || hooked->fd[out].kind != FD_SOCKET ||
        offset == NULL || count > SENDFILE_MOST)
        return sendfile(out, in, offset, count);
    uint8_t *octets = malloc(count + 1);
    ssize_t got = octets == NULL ? -1 : pread(in, octets, count, *offset);
    struct iovec v = {octets, got > 0 ? (size_t)got : 0};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    int64_t result = got;
    if (got > 0) {
        pthread_mutex_lock(&hooked->lock);
        result = call_send(hooked, out, &m, 0);
        pthread_mutex_unlock(&hooked->lock);
        if (result > 0) *offset += result;
        if (result < 0) errno = (int)-result;
    }
    free(octets);
    return result < 0 ? -1 : (ssize_t)result;
}

static int our_system(const char *command) {
    if (hooked != NULL && command != NULL) {
        pthread_mutex_lock(&hooked->lock);
        rig_command(hooked, command);
        pthread_mutex_unlock(&hooked->lock);
    }
    return system(command);
}

static const struct {
    const char *name;
    void *function;
} hooks[HOOKS] = {{"getsockopt", (void *)our_getsockopt},
                  {"sendfile", (void *)our_sendfile},
                  {"system", (void *)our_system}};

/* The entries lie in pages that the loader may have made read-only. */
static void set_slot(void **slot, void *value) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)slot & ~(page - 1);
    if (mprotect((void *)start, page, PROT_READ | PROT_WRITE) == 0) *slot = value;
}

struct image { /* the parts of a program's dynamic section that name its imports */
    ElfW(Addr) base;
    const ElfW(Sym) * symbols;
    const char *names;
    const ElfW(Rela) * table[2];
    size_t size[2];
};

static void read_dynamic(struct image *image, const ElfW(Dyn) * d) {
    for (; d->d_tag != DT_NULL; d++) {
        ElfW(Addr) address = d->d_un.d_ptr;
        switch (d->d_tag) {
        case DT_SYMTAB: image->symbols = (const void *)address; break;
        case DT_STRTAB: image->names = (const void *)address; break;
        case DT_JMPREL: image->table[0] = (const void *)address; break;
        case DT_PLTRELSZ: image->size[0] = d->d_un.d_val; break;
        case DT_RELA: image->table[1] = (const void *)address; break;
        case DT_RELASZ: image->size[1] = d->d_un.d_val; break;
        default: break;
        }
    }
}

static void hook_entry(const struct image *image, const ElfW(Rela) * rela) {
    size_t symbol = ELF64_R_SYM(rela->r_info);
    if (symbol == 0) return;
    const char *name = image->names + image->symbols[symbol].st_name;
    for (size_t i = 0; i < HOOKS; i++) {
        if (strcmp(name, hooks[i].name) != 0 || entries[i].slot != NULL) continue;
        entries[i].slot = (void **)(image->base + rela->r_offset);
        entries[i].before = *entries[i].slot;
        set_slot(entries[i].slot, hooks[i].function);
    }
}

static int hook_program(struct dl_phdr_info *info, size_t size, void *unused) {
    struct image image = {.base = info->dlpi_addr};
    (void)size, (void)unused;
    for (size_t i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            read_dynamic(&image, (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
    for (size_t t = 0; t < 2 && image.symbols != NULL && image.names != NULL; t++)
        for (size_t i = 0; image.table[t] != NULL && i < image.size[t] / sizeof(ElfW(Rela)); i++)
            hook_entry(&image, &image.table[t][i]);
    return 1; /* the first object is the program itself: no other one */
}

void hook_install(struct rig *r) {
    hooked = r;
    dl_iterate_phdr(hook_program, NULL);
}

void hook_remove(void) {
    for (size_t i = 0; i < HOOKS; i++) {
        if (entries[i].slot != NULL) set_slot(entries[i].slot, entries[i].before);
        entries[i].slot = NULL;
    }
    hooked = NULL;
}
