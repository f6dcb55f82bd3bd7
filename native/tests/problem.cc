#include "problem.h"

#include <cmath>
#include <random>

namespace bptt {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : random_(seed) {}

  Doubles normal(int64_t count, double scale, double mean = 0) {
    std::normal_distribution<double> draw(mean, scale);
    Doubles values(static_cast<size_t>(count));
    for (double& value : values) value = static_cast<float>(draw(random_));
    return values;
  }
  // 0, or 1 / (1 - rate) for a rate of 0.2.
  Doubles drops(int64_t count) {
    Doubles values(static_cast<size_t>(count));
    for (double& value : values) value = below(5) ? 1.25 : 0;
    return values;
  }
  uint32_t below(uint32_t n) { return random_() % n; }

 private:
  std::mt19937 random_;
};

std::vector<bool> draw_mask(const Case& c, Random& random) {
  std::vector<bool> mask;
  for (int64_t b = 0; b < c.batch; ++b) {
    const int64_t length = random.below(static_cast<uint32_t>(c.time) + 1);
    const bool none = random.below(5) == 0;
    for (int64_t t = 0; t < c.time; ++t)
      switch (c.masking) {
        case Masking::kPadded: mask.push_back(t < length); break;
        case Masking::kHoles: mask.push_back(!none && random.below(3)); break;
        default: mask.push_back(c.masking != Masking::kEmpty);
      }
  }
  return mask;
}

double root(int64_t n) { return 1 / std::sqrt(static_cast<double>(n)); }

// What stands at masked steps must not matter: NaN, or an id outside the table.
void spoil_masked(Problem& p) {
  const Case& c = p.c;
  for (int64_t b = 0; b < c.batch; ++b)
    for (int64_t s = 0; s < c.time; ++s) {
      if (p.real(b, s)) continue;
      const int64_t place = b * c.time + p.time_of(s);
      if (c.vocabulary) p.ids[static_cast<size_t>(place)] = -7;
      for (int64_t d = 0; !c.vocabulary && d < c.depth(); ++d) p.arrays["inputs"][static_cast<size_t>(place * c.depth() + d)] = NAN;
      for (int64_t j = 0; c.zero_for_mask && c.sequence && j < c.units; ++j)
        p.arrays["d_sequence"][static_cast<size_t>((b * c.time + s) * c.units + j)] = NAN;
    }
}

}  // namespace

const std::vector<const char*> kLearnt = {"inputs",        "table",        "kernel",         "recurrent_kernel", "bias",
                                          "initial_state", "initial_cell", "recurrent_gain", "state_gain",       "state_bias"};

Problem::Problem(const Case& c, uint32_t number, bool second) : c(c) {
  Random shared(number), random(number + (second ? 2000 : 1000));
  const bool lstm = c.cell == Cell::kLstm;
  const int64_t steps = c.batch * c.time, states = c.batch * c.units;
  mask = draw_mask(c, shared);
  arrays["inputs"] = shared.normal(c.vocabulary ? 0 : steps * c.depth(), 1);
  arrays["table"] = shared.normal(c.vocabulary * c.depth(), 1);
  for (int64_t i = 0; c.vocabulary && i < steps; ++i)
    ids.push_back(static_cast<int32_t>(shared.below(static_cast<uint32_t>(c.vocabulary))));
  arrays["kernel"] = random.normal(c.projected ? 0 : c.features * c.width(), root(c.features));
  arrays["recurrent_kernel"] = random.normal(c.units * c.width(), 0.7 * root(c.units));
  arrays["bias"] = random.normal((c.cell == Cell::kGruAfter ? 2 : 1) * c.width(), 0.5);
  arrays["initial_state"] = random.normal(states, 1);
  arrays["initial_cell"] = random.normal(lstm ? states : 0, 1);
  arrays["input_drops"] = random.drops(c.input_masks * c.batch * c.features);
  arrays["recurrent_drops"] = random.drops(c.recurrent_masks * states);
  arrays["recurrent_gain"] = random.normal(c.norm ? c.width() : 0, 0.3, 1);
  arrays["state_gain"] = random.normal(c.norm && lstm ? c.units : 0, 0.3, 1);
  arrays["state_bias"] = random.normal(c.norm && lstm ? c.units : 0, 0.5);
  arrays["d_state"] = random.normal(states, 1);
  arrays["d_cell_state"] = random.normal(lstm ? states : 0, 1);
  arrays["d_sequence"] = random.normal(c.sequence ? steps * c.units : 0, 1);
  for (int i = 0; c.drawn && i < 2; ++i) seed.push_back(random.below(1u << 31));
  spoil_masked(*this);
}

}  // namespace bptt
