// The floating-point mode of a thread while it computes.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace bptt {

// To the nearest, denormals as zero, whatever the caller's mode was, and back at the end: as XLA's threads have it, so that
// both doors give the same bits: a gradient that fades over many steps becomes denormal. On processors without SSE2 the mode
// stays the caller's.
class FloatMode {
 public:
  FloatMode(const FloatMode&) = delete;
#if defined(__SSE2__)
  FloatMode() { _mm_setcsr(kNearest | kFlushToZero | kDenormalsAreZero); }
  ~FloatMode() { _mm_setcsr(before_); }

 private:
  static constexpr unsigned kNearest = 0x1f80, kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  const unsigned before_ = _mm_getcsr();
#else
  FloatMode() {}
#endif
};

}  // namespace bptt
