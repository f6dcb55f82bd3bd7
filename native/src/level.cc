// One instruction-set level: compiled several times, each with its own flags and BPTT_LEVEL_NAMESPACE.
#include "bptt/cpu.h"
#include "backward.h"
#include "elementwise.h"
#include "forward.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
int64_t kept_width(Cell cell, bool norm, bool zoneout, int64_t units) {
  const Layout layout = Layout::of<T>(cell, norm, zoneout, units);
  return layout.keeps ? layout.stride : 0;
}

template <class T>
constexpr Kernels<T> kKernels = {kept_width<T>, forward<T>, backward<T>, forward_pair<T>, backward_pair<T>, dropout<T>, layer_norm_forward<T>, layer_norm_backward<T>};

extern const Level kLevel;
const Level kLevel = {BPTT_LEVEL_NAME, narrow_runs, kKernels<float>, kKernels<double>};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
