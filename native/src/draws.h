// Random draws by counter: a draw is a function of the seed and the counter alone, so that the backward pass draws again
// what the forward pass drew, and no order of work changes it.
#pragma once

#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

typedef uint32_t Bits __attribute__((vector_size(kVectorBytes)));
constexpr int64_t kBitLanes = kVectorBytes / 4;

// The 32-bit finaliser of MurmurHash3 (Appleby): every input bit changes every output bit with a chance near 1/2.
template <class B>
inline B mix(B x) {
  x ^= x >> 16;
  x *= 0x85ebca6bu;
  x ^= x >> 13;
  x *= 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// A draw for each of kBitLanes counters.
struct Draws {
  uint32_t key0, key1;
  Bits lane;  // 0, 1, 2, ...

  Draws(const uint32_t* seed) : key0(mix(seed[0])), key1(mix(seed[1] + 0x7f4a7c15u)) {
    for (int64_t i = 0; i < kBitLanes; ++i) lane[i] = static_cast<uint32_t>(i);
  }

  Bits at(uint64_t first) const {
    const uint32_t high = mix(static_cast<uint32_t>(first >> 32) ^ key1);
    const Bits counter = lane + static_cast<uint32_t>(first);
    return mix(mix(counter * 0x9e3779b9u + key0) ^ high ^ key1);
  }
};

// A draw below this drops.
inline uint32_t draw_threshold(double rate) { return static_cast<uint32_t>(rate * 4294967296.0 + 0.5); }

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
