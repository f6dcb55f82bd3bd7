"""Single changes of the products in bfloat16, each of which check_kernels must notice."""

from tests.kernels.mutants import NARROW, Mutant

FLAGS = ("-march=x86-64-v4", "-mprefer-vector-width=512", "-DBPTT_BF16")
MUTANTS = [
    Mutant(NARROW, "at(2 * k, n) | at(2 * k + 1, n) << 16", "at(2 * k + 1, n) | at(2 * k, n) << 16"),
    Mutant(
        NARROW,
        "k < depth && n < columns ? rounded(element(k, n)) : 0",
        "k + 1 < depth && n < columns ? rounded(element(k, n)) : 0",
    ),
    Mutant(NARROW, "(bits + 0x7fff + ((bits >> 16) & 1)) >> 16", "bits >> 16"),
    Mutant(NARROW, "_mm512_cvtne2ps_pbh(second, first)", "_mm512_cvtne2ps_pbh(first, second)"),
    Mutant(NARROW, "larger(0, n - j - kLanes<float>)", "larger(0, n - 1 - j - kLanes<float>)"),
    Mutant(NARROW, "load_some(from + j, n - j)", "load_some(from + j, n - 1 - j)"),
    Mutant(NARROW, "k + 1 < depth ? row(k + 1) : nullptr", "row(k + 1 < depth ? k + 1 : k)"),
    Mutant(NARROW, "_mm512_permutexvar_epi16(order, (__m512i)both)", "(__m512i)both"),
    Mutant(NARROW, "a + r * row_stride", "a"),
    Mutant(NARROW, "k * pair_stride", "k"),
    Mutant(NARROW, "init ? init + first + m0 : nullptr", "nullptr"),
    Mutant(NARROW, "out + first + m0", "out + m0"),
    Mutant(NARROW, "a[k] + first", "a[k]"),
    Mutant(NARROW, "(first + m0) * out_stride + n", "m0 * out_stride + n"),
]
