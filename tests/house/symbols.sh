#!/bin/sh
# symbols.sh LIBRARY: library attention leaves nothing undefined but memory, strings and the compiler's own
# helpers (bcmp is what clang makes of memcmp), C11's threads (the pool) and madvise (huge pages): no files, clock, SDL, GL, cairo, printing, exit, abort
# and no libm (the same bits everywhere).
set -eu
dynamic=
case $1 in *.so | *.so.*) dynamic=-D ;; esac # of a shared library: what it asks of others
nm -P $dynamic -- "$1" | awk '
    NF < 2 { next }
    { sub(/@.*/, "", $1) }
    $2 == "U" { wanted[$1] = 1; next }
    { defined[$1] = 1; count++ }
    END {
        allowed = "^(mem(cpy|move|set|cmp|chr)|bcmp|str(len|cmp|ncmp|chr|rchr|cpy|ncpy)|malloc|calloc|realloc|" \
            "aligned_alloc|free|qsort|bsearch|madvise)$|^thrd_(create|join)$|^(mtx|cnd)_[a-z]+$|^__(mem|str)[a-z]*_chk$|^__assert_fail$|^__stack_chk_" \
            "|^_GLOBAL_OFFSET_TABLE_$|^__cpu_|^__(asan|ubsan|gcov|llvm_profile|sanitizer_cov|sancov)_"
        for (name in wanted)
            if (!(name in defined) && name !~ allowed) { print "undefined: " name; faults++ }
        if (!count) { print "the library defines nothing"; exit 1 }
        printf "%d symbols, %d faults\n", count, faults
        exit faults > 0
    }'
