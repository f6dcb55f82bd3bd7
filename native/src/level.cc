// One instruction-set level: compiled several times, each with its own flags and BPTT_LEVEL_NAMESPACE.
#include "bptt/cpu.h"
#include "elementwise.h"
#include "simple_rnn_backward.h"
#include "simple_rnn_forward.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
constexpr Kernels<T> kKernels = {simple_rnn_forward<T>, simple_rnn_backward<T>, dropout<T>, layer_norm_forward<T>,
                                 layer_norm_backward<T>};

extern const Level kLevel;
const Level kLevel = {BPTT_LEVEL_NAME, kKernels<float>, kKernels<double>};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
