/* MD5: the test suite of RFC 1321 A.5, octets given in parts, and lengths about a block's end. */
#include "base/md5.h"
#include "wire_support.h"

#include <string.h>

static void assert_digest(const char *message, const char *hex) {
    uint8_t want[MD5_DIGEST], have[MD5_DIGEST];
    struct md5 m;
    from_hex(hex, want, sizeof want);
    md5_begin(&m);
    md5_add(&m, (const uint8_t *)message, strlen(message));
    md5_end(&m, have);
    assert_memory_equal(have, want, sizeof want);
}

static void suite_of_rfc_1321(void **state) {
    (void)state;
    assert_digest("", "d41d8cd98f00b204e9800998ecf8427e");
    assert_digest("a", "0cc175b9c0f1b6a831c399e269772661");
    assert_digest("abc", "900150983cd24fb0d6963f7d28e17f72");
    assert_digest("message digest", "f96b697d7cb7938d525a2f31aaf161d0");
    assert_digest("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b");
    assert_digest("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                  "d174ab98d277d9f5a5611c2c9f419d9f");
    assert_digest("1234567890123456789012345678901234567890"
                  "1234567890123456789012345678901234567890",
                  "57edf4a22be3c955ac49da2e2107b67a");
}

static void in_parts(void **state) {
    (void)state;
    uint8_t octets[200], whole[MD5_DIGEST], parts[MD5_DIGEST];
    struct md5 m;
    for (size_t i = 0; i < sizeof octets; i++) octets[i] = (uint8_t)(i * 7);
    for (size_t count = 16; count <= sizeof octets; count++) {
        md5_keyed(whole, octets, count - 16, octets + count - 16);
        md5_begin(&m);
        for (size_t at = 0; at < count; at++) md5_add(&m, octets + at, 1);
        md5_end(&m, parts);
        assert_memory_equal(parts, whole, sizeof whole);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suite_of_rfc_1321),
        cmocka_unit_test(in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
