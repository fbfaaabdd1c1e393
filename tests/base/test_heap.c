/* The event heap: the total order, removal anywhere, and places that always tell the truth. */
#include "base/heap.h"
#include "base/prng.h"
#include "wire_support.h"

#include <string.h>

enum { SLOTS = 512 };
static struct heap_key keys[SLOTS];
static uint32_t places[SLOTS + 1], count;

static struct heap empty_heap(void) {
    memset(keys, 0, sizeof keys);
    memset(places, 0, sizeof places);
    count = 0;
    return (struct heap){.keys = keys, .places = places, .count = &count};
}

static void check_heap(const struct heap *h) {
    uint32_t there = 0;
    for (uint32_t i = 0; i < *h->count; i++) {
        assert_int_equal(h->places[h->keys[i].slot], i + 1);
        if (i > 0) assert_false(heap_before(&h->keys[i], &h->keys[(i - 1) / 4]));
    }
    for (uint32_t slot = 0; slot <= SLOTS; slot++) there += h->places[slot] != 0;
    assert_int_equal(there, *h->count);
}

static void order_is_total(void **state) {
    (void)state;
    const struct heap_key a = {.at = 1, .order = heap_order(2, 3)};
    const struct heap_key after[] = {
        {.at = 2}, {.at = 1, .order = heap_order(3, 0)}, {.at = 1, .order = heap_order(2, 4)}};
    for (size_t i = 0; i < 3; i++) {
        assert_true(heap_before(&a, &after[i]));
        assert_false(heap_before(&after[i], &a));
    }
    assert_false(heap_before(&a, &a));
}

static void pops_in_order(void **state) {
    (void)state;
    struct heap h = empty_heap();
    struct prng p = prng_seeded(1, "heap", 0);
    for (uint32_t slot = 1; slot <= SLOTS; slot++)
        heap_push(&h, (struct heap_key){.at = prng_below(&p, 20),
                                        .order = heap_order(prng_below(&p, 4), slot),
                                        .slot = slot});
    check_heap(&h);
    struct heap_key last = {0};
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct heap_key first = keys[0];
        assert_true(i == 0 || heap_before(&last, &first));
        heap_remove(&h, first.slot);
        last = first;
    }
    assert_int_equal(count, 0);
    check_heap(&h);
}

/* Two orders of insertion and removal of the same keys pop alike. */
static void order_of_insertion_does_not_matter(void **state) {
    (void)state;
    uint32_t popped[2][64];
    for (int way = 0; way < 2; way++) {
        struct heap h = empty_heap();
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t slot = way == 0 ? i + 1 : 64 - i;
            heap_push(&h, (struct heap_key){
                              .at = slot % 5, .order = heap_order(slot % 3, slot), .slot = slot});
        }
        for (uint32_t i = 0; i < 64; i++) {
            popped[way][i] = keys[0].slot;
            heap_remove(&h, keys[0].slot);
        }
    }
    assert_memory_equal(popped[0], popped[1], sizeof popped[0]);
}

static void removes_anywhere(void **state) {
    (void)state;
    struct heap h = empty_heap();
    struct prng p = prng_seeded(2, "heap", 0);
    for (uint32_t turn = 0; turn < 4000; turn++) {
        uint32_t slot = 1 + prng_below(&p, SLOTS - 1);
        if (places[slot] != 0)
            heap_remove(&h, slot);
        else
            heap_push(&h,
                      (struct heap_key){.at = prng_below(&p, 1000), .order = turn, .slot = slot});
        if (turn % 16 == 0) check_heap(&h);
    }
}

/* What lies behind the count is zero: equal heaps must be equal octets for the lab's hash. */
static void leaves_no_tail(void **state) {
    (void)state;
    struct heap h = empty_heap();
    for (uint32_t slot = 1; slot <= 9; slot++)
        heap_push(&h, (struct heap_key){.at = 10 - slot, .order = slot, .slot = slot});
    for (uint32_t slot = 1; slot <= 9; slot++) heap_remove(&h, slot);
    static const struct heap_key zero[SLOTS];
    assert_memory_equal(keys, zero, sizeof keys);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_total),
        cmocka_unit_test(pops_in_order),
        cmocka_unit_test(order_of_insertion_does_not_matter),
        cmocka_unit_test(removes_anywhere),
        cmocka_unit_test(leaves_no_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
