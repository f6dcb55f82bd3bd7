// The recurrences as their formulas stand in recurrence.h's sources, one row and one number at a time.
#include <algorithm>

#include "problem.h"
#include "tape.h"

namespace bptt {
namespace {

uint32_t mixed(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// Whether the draw of this number falls below the rate; as kernels/draws.py says it.
bool drawn(const std::vector<uint32_t>& seed, uint64_t number, double rate) {
  const uint32_t key0 = mixed(seed[0]), key1 = mixed(seed[1] + 0x7f4a7c15u);
  const uint32_t low = static_cast<uint32_t>(number), high = static_cast<uint32_t>(number >> 32);
  return mixed(mixed(low * 0x9e3779b9u + key0) ^ mixed(high ^ key1) ^ key1) < rate * 4294967296.0;
}

Vector part(const Vector& from, int64_t first, int64_t count) { return {from.begin() + first, from.begin() + first + count}; }

// One row through time.
class Row {
 public:
  Row(const Problem& p, int64_t b, Plain& out)
      : p_(p), c_(p.c), b_(b), H_(p.c.units), out_(out), kernel_(leaves("kernel")), recurrent_(leaves("recurrent_kernel")),
        bias_(leaves("bias")), gain_(leaves("recurrent_gain")), state_gain_(leaves("state_gain")),
        state_bias_(leaves("state_bias")), h_(leaves("initial_state", b * H_, H_)),
        cell_(c_.cell == Cell::kLstm ? leaves("initial_cell", b * H_, H_) : Vector()) {}

  void run() {
    for (int64_t s = 0; s < c_.time; ++s) {
      if (p_.real(b_, s)) look(p_.time_of(s));
      if (c_.sequence && (p_.real(b_, s) || !c_.zero_for_mask)) give("sequence", (b_ * c_.time + s) * H_, h_, "d_sequence");
    }
    give("state", b_ * H_, h_, "d_state");
    if (c_.cell == Cell::kLstm) give("cell_state", b_ * H_, cell_, "d_cell_state");
    tape.sweep();
    for (int64_t t = 0; t < c_.time; ++t)
      for (int64_t j = 0; j < H_; ++j) tapped(t, kTapGradient) += d_h_[t * H_ + j] * d_h_[t * H_ + j];
  }

 private:
  // A step, and what a probe sees of it.
  void look(int64_t t) {
    step(t);
    tapped(t, kTapRows) += 1;
    for (int64_t j = 0; j < H_; ++j) {
      tapped(t, kTapState) += h_[j].value * h_[j].value;
      h_[j] = tape.watched(h_[j], &d_h_[t * H_ + j]);
    }
  }

  double& tapped(int64_t t, int64_t field) { return out_.results.at(tap_name(field))[t]; }

  // Values of an activation, counted where its slope has all but gone.
  const Vector& count(int64_t t, int64_t field, Activation f, const Vector& values) {
    const bool sigmoid = f == Activation::kSigmoid || f == Activation::kHardSigmoid;
    for (const Number& y : values) {
      const double from_end = f == Activation::kTanh ? 0.95 - std::fabs(y.value) : sigmoid ? 0.45 - std::fabs(y.value - 0.5) : f == Activation::kRelu ? y.value : 1;
      out_.nearest_kink = std::min(out_.nearest_kink, f == Activation::kRelu ? 1.0 : std::fabs(from_end));
      tapped(t, kTapSaturated + field) += from_end <= 0;
    }
    return values;
  }

  Vector leaves(const std::string& name) { return leaves(name, 0, static_cast<int64_t>(p_.arrays.at(name).size())); }
  Vector leaves(const std::string& name, int64_t first, int64_t count) {
    Vector all;
    for (int64_t i = first; i < first + count; ++i) all.push_back(tape.leaf(p_.array(name.c_str())[i], &out_.results.at("d_" + name)[i]));
    return all;
  }

  void give(const char* name, int64_t first, const Vector& values, const char* weights) {
    for (int64_t j = 0; j < H_; ++j) {
      out_.results.at(name)[first + j] = values[j].value;
      tape.weigh(values[j], p_.array(weights)[first + j]);
    }
  }

  Number function(Activation f, const Number& x) {
    const double z = x.value;
    const auto kink = [&](double distance) {
      if (distance != 0) out_.nearest_kink = std::min(out_.nearest_kink, std::fabs(distance));
    };
    switch (f) {
      case Activation::kTanh: return of(x, std::tanh(z), 1 - std::tanh(z) * std::tanh(z));
      case Activation::kRelu: kink(z); return of(x, std::max(z, 0.0), z > 0);
      case Activation::kSigmoid: return of(x, 1 / (1 + std::exp(-z)), 1 / (2 + std::exp(-z) + std::exp(z)));
      case Activation::kHardSigmoid:
        kink(std::fabs(z) - 3);
        return of(x, std::min(std::max(z / 6 + 0.5, 0.0), 1.0), std::fabs(z) < 3 ? 1.0 / 6 : 0.0);
      case Activation::kLinear: break;
    }
    return x;
  }
  Vector squash(Vector z) { return apply(c_.activation, std::move(z)); }
  Vector gate(Vector z) { return apply(c_.recurrent_activation, std::move(z)); }
  Vector apply(Activation f, Vector z) {
    for (Number& x : z) x = function(f, x);
    return z;
  }

  double operand(double x) const { return c_.narrow ? rounded(x) : x; }

  // Columns [first, first + count) of a times the (K, G H) weights, each gate's under its mask or all under one.
  Vector product(const Vector& a, const Vector& weights, const Doubles& drops, int64_t first, int64_t count) {
    const int64_t K = static_cast<int64_t>(a.size());
    Vector out;
    for (int64_t column = first; column < first + count; ++column) {
      const int64_t mask = static_cast<int64_t>(drops.size()) > c_.batch * K ? column / H_ : 0;
      double sum = 0;
      for (int64_t k = 0; k < K; ++k) {
        const double drop = drops.empty() ? 1 : drops[(mask * c_.batch + b_) * K + k];
        const Number& weight = weights[k * c_.width() + column];
        const double from = operand(a[k].value * drop), by = operand(weight.value);
        sum += from * by;
        tape.edge(a[k], drop * by);
        tape.edge(weight, from);
      }
      out.push_back(c_.narrow ? tape.close_narrow(sum) : tape.close(sum));
    }
    return out;
  }

  // x W at time t.
  Vector input(int64_t t) {
    const int64_t place = b_ * c_.time + t, depth = c_.depth();
    const Vector x = c_.vocabulary ? leaves("table", p_.ids[place] * depth, depth) : leaves("inputs", place * depth, depth);
    return c_.projected ? x : product(x, kernel_, p_.arrays.at("input_drops"), 0, c_.width());
  }

  // h U for the gates [first, first + gates), normalised over all of them and with its gain where the net asks for it.
  Vector recurrent(const Vector& h, int64_t first, int64_t gates) {
    const Vector product = this->product(h, recurrent_, p_.arrays.at("recurrent_drops"), first * H_, gates * H_);
    return c_.norm ? normalised(product, p_.epsilon) * part(gain_, first * H_, gates * H_) : product;
  }

  // `state` is 0 for h, 1 for the LSTM's c.
  Vector zone(int64_t state, double rate, int64_t t, const Vector& old, const Vector& now) {
    const int64_t states = c_.cell == Cell::kLstm ? 2 : 1, first = ((b_ * c_.time + t) * states + state) * H_;
    Vector out;
    for (int64_t j = 0; j < H_; ++j) {
      const double share = p_.seed.empty() ? rate : rate > 0 && drawn(p_.seed, static_cast<uint64_t>(first + j), rate);
      out.push_back(share * old[j] + (1 - share) * now[j]);
    }
    return out;
  }

  void step(int64_t t) {
    const Vector x = input(t);
    switch (c_.cell) {
      case Cell::kSimpleRnn: return simple_rnn(t, x);
      case Cell::kLstm: return lstm(t, x);
      case Cell::kGruAfter:
      case Cell::kGruBefore: return gru(t, x);
    }
  }

  void simple_rnn(int64_t t, const Vector& x) {
    Vector z = x + product(h_, recurrent_, p_.arrays.at("recurrent_drops"), 0, H_);
    if (c_.norm) z = normalised(z, p_.epsilon) * gain_;
    h_ = zone(0, c_.zoneout, t, h_, count(t, 0, c_.activation, squash(z + bias_)));
  }

  void lstm(int64_t t, const Vector& x) {
    const Vector z = x + recurrent(h_, 0, 4) + bias_;
    const Vector i = gate(part(z, 0, H_)), f = gate(part(z, H_, H_)), g = squash(part(z, 2 * H_, H_)), o = gate(part(z, 3 * H_, H_));
    cell_ = zone(1, c_.zoneout_cell, t, cell_, f * cell_ + i * g);
    const Vector shown = c_.norm ? normalised(cell_, p_.epsilon) * state_gain_ + state_bias_ : cell_;
    const Vector* fields[] = {&i, &f, &g, &o};
    for (int64_t k = 0; k < 4; ++k) count(t, 1 + k, k == 2 ? c_.activation : c_.recurrent_activation, *fields[k]);
    h_ = zone(0, c_.zoneout, t, h_, o * count(t, 0, c_.activation, squash(shown)));
  }

  void gru(int64_t t, const Vector& x) {
    const bool after = c_.cell == Cell::kGruAfter;
    Vector both = part(x, 0, 2 * H_) + recurrent(h_, 0, 2) + part(bias_, 0, 2 * H_);
    if (after) both = both + part(bias_, 3 * H_, 2 * H_);
    const Vector z = gate(part(both, 0, H_)), r = gate(part(both, H_, H_));
    const Vector inner = after ? r * (recurrent(h_, 2, 1) + part(bias_, 5 * H_, H_)) : recurrent(r * h_, 2, 1);
    const Vector candidate = squash(part(x, 2 * H_, H_) + part(bias_, 2 * H_, H_) + inner);
    Vector now = z * h_;
    for (int64_t j = 0; j < H_; ++j) now[j] = now[j] + (1 - z[j]) * candidate[j];
    count(t, 1, c_.activation, candidate);
    count(t, 2, c_.recurrent_activation, z);
    count(t, 3, c_.recurrent_activation, r);
    h_ = count(t, 0, c_.activation, zone(0, c_.zoneout, t, h_, now));
  }

  const Problem& p_;
  const Case& c_;
  const int64_t b_, H_;
  Plain& out_;
  Vector kernel_, recurrent_, bias_, gain_, state_gain_, state_bias_, h_, cell_;
  Doubles d_h_ = Doubles(static_cast<size_t>(c_.time * H_));  // (T, H)
};

}  // namespace

Plain::Plain(const Problem& problem) {
  const Case& c = problem.c;
  ::bptt::nearest_tie = 1;
  for (const std::string name : kLearnt) results["d_" + name].resize(problem.arrays.at(name).size());
  results["state"].resize(static_cast<size_t>(c.batch * c.units));
  if (c.cell == Cell::kLstm) results["cell_state"].resize(static_cast<size_t>(c.batch * c.units));
  for (int64_t field = 0; field < tap_width(c.cell); ++field) results[tap_name(field)].resize(static_cast<size_t>(c.time));
  if (c.sequence) results["sequence"].resize(static_cast<size_t>(c.batch * c.time * c.units));
  for (int64_t b = 0; b < c.batch; ++b) Row(problem, b, *this).run();
  nearest_tie = ::bptt::nearest_tie;
}

}  // namespace bptt
