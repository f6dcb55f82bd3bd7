// Numbers that remember what they were made from: the derivative of any plain loop by the chain rule, backwards over what it
// computed (Wengert 1964; Speelpenning 1980). It knows nothing of recurrences, so it judges every formula of the kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace bptt {

// How near any number came to the middle between two of bfloat16, where float's rounding may decide, in parts of itself or of
// 1 / 16. Of smaller ones than 1 / 128 either will do.
inline double nearest_tie = 1;

// The nearest number of bfloat16: 8 significant bits, the even one at a tie. Those that are floats are rounded as floats are.
inline double rounded(double x) {
  int exponent;
  const double digits = 256 * std::frexp(x, &exponent), nearest = std::nearbyint(digits);
  const double from_tie = std::fabs(std::fabs(digits - nearest) - 0.5) / std::fabs(digits);
  if (x != static_cast<float>(x) && std::fabs(x) > 1.0 / 128) nearest_tie = std::min(nearest_tie, from_tie * std::min(1.0, 16 * std::fabs(x)));
  return std::ldexp(nearest, exponent - 8);
}

struct Number {
  double value;
  size_t node;
};

class Tape {
 public:
  // A number that came from outside; sweep() adds its derivative to `*gradient`.
  Number leaf(double value, double* gradient) {
    const Number number = close(value);
    leaves_.push_back({number.node, gradient});
    return number;
  }
  // The same number, on its way to others: sweep() adds its derivative to `*gradient`.
  Number watched(const Number& number, double* gradient) {
    edge(number, 1);
    return leaf(number.value, gradient);
  }
  // A number made of others: an edge from each, with its partial derivative, then close.
  void edge(const Number& from, double slope) { edges_.push_back({from.node, slope}); }
  Number close(double value) {
    ends_.push_back(edges_.size());
    return {value, ends_.size() - 1};
  }
  // The sum of a product in bfloat16: its derivative is rounded before it goes back to the operands.
  Number close_narrow(double value) {
    const Number number = close(value);
    narrow_.push_back(number.node);
    return number;
  }
  // `number` counts in the loss with this weight.
  void weigh(const Number& number, double weight) { weights_.push_back({number.node, weight}); }

  // Adds each leaf's derivative of the loss to its gradient, and forgets all.
  void sweep() {
    std::vector<double> d(ends_.size(), 0.0);
    for (const Edge& weight : weights_) d[weight.node] += weight.slope;
    for (size_t node = ends_.size(); node-- > 0;) {
      if (!narrow_.empty() && narrow_.back() == node) d[node] = rounded(d[node]), narrow_.pop_back();
      for (size_t e = node ? ends_[node - 1] : 0; e < ends_[node]; ++e) d[edges_[e].node] += edges_[e].slope * d[node];
    }
    for (const Leaf& leaf : leaves_) *leaf.gradient += d[leaf.node];
    edges_.clear(), ends_.clear(), weights_.clear(), leaves_.clear();
  }

 private:
  struct Edge {
    size_t node;
    double slope;
  };
  struct Leaf {
    size_t node;
    double* gradient;
  };
  std::vector<Edge> edges_, weights_;
  std::vector<size_t> ends_, narrow_;
  std::vector<Leaf> leaves_;
};

// The one that the operators write on.
inline Tape tape;

inline Number of(const Number& x, double value, double slope) {
  tape.edge(x, slope);
  return tape.close(value);
}
inline Number of(const Number& x, const Number& y, double value, double x_slope, double y_slope) {
  tape.edge(x, x_slope);
  tape.edge(y, y_slope);
  return tape.close(value);
}
inline Number operator+(const Number& x, const Number& y) { return of(x, y, x.value + y.value, 1, 1); }
inline Number operator-(const Number& x, const Number& y) { return of(x, y, x.value - y.value, 1, -1); }
inline Number operator*(const Number& x, const Number& y) { return of(x, y, x.value * y.value, y.value, x.value); }
inline Number operator*(double x, const Number& y) { return of(y, x * y.value, x); }
inline Number operator-(double x, const Number& y) { return of(y, x - y.value, -1); }

using Vector = std::vector<Number>;

template <class F>
Vector each(const Vector& a, const Vector& b, const F& f) {
  Vector out;
  for (size_t i = 0; i < a.size(); ++i) out.push_back(f(a[i], b[i]));
  return out;
}
inline Vector operator+(const Vector& a, const Vector& b) {
  return each(a, b, [](const Number& x, const Number& y) { return x + y; });
}
inline Vector operator*(const Vector& a, const Vector& b) {
  return each(a, b, [](const Number& x, const Number& y) { return x * y; });
}

// (a - mean) / sqrt(variance + epsilon).
inline Vector normalised(const Vector& a, double epsilon) {
  const double share = 1.0 / static_cast<double>(a.size());
  double mean = 0;
  for (const Number& x : a) mean += share * x.value, tape.edge(x, share);
  const Number middle = tape.close(mean);
  Vector out;
  double squares = 0;
  for (const Number& x : a) out.push_back(x - middle);
  for (const Number& x : out) squares += share * x.value * x.value, tape.edge(x, 2 * share * x.value);
  const Number variance = tape.close(squares);
  const double inverse = 1 / std::sqrt(squares + epsilon);
  const Number scale = of(variance, inverse, -0.5 * inverse / (squares + epsilon));
  for (Number& x : out) x = x * scale;
  return out;
}

}  // namespace bptt
