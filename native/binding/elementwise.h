// From arrays to dropout and layer normalisation: which shapes belong together.
#pragma once

#include "kernels.h"

namespace bptt {

inline const Names& dropout_operands() {
  static const Names names = {"in", "seed"};
  return names;
}

inline const Names& norm_operands(bool backward) {
  static const Names forward = {"in", "gamma", "beta"}, all = {"in", "gamma", "d_out"};
  return backward ? all : forward;
}

inline const Names& elementwise_results(bool norm_backward) {
  static const Names out = {"out"}, gradients = {"d_in", "d_gamma", "d_beta"};
  return norm_backward ? gradients : out;
}

// `in` is (outer, repeat, inner).
template <class T>
void run_dropout(const std::vector<Array>& in, const std::vector<Array>& out, const double& rate, Workers& workers, Memory&) {
  Arrays operands(in, dropout_operands()), results(out, elementwise_results(false));
  if (!(rate >= 0 && rate < 1)) throw std::invalid_argument("rate is not in [0, 1)");
  const Shape shape = operands.axes(3);
  Dropout<T> args = {shape[0], shape[1], shape[2], operands.required<T>(shape), nullptr, rate, nullptr};
  args.seed = operands.required<uint32_t>({2});
  args.out = fresh(results.required<T>(shape), shape);
  kernels<T>().dropout(args, workers);
}

// `in` is (rows, width).
template <class T>
void run_norm_forward(const std::vector<Array>& in, const std::vector<Array>& out, const double& epsilon, Workers& workers, Memory&) {
  Arrays operands(in, norm_operands(false)), results(out, elementwise_results(false));
  const Shape shape = operands.axes(2), weights = {shape[1]};
  LayerNormForward<T> args = {shape[0], shape[1], operands.required<T>(shape), nullptr, nullptr, epsilon, nullptr};
  args.gamma = operands.required<T>(weights);
  args.beta = operands.required<T>(weights);
  args.out = fresh(results.required<T>(shape), shape);
  kernels<T>().layer_norm_forward(args, workers);
}

template <class T>
void run_norm_backward(const std::vector<Array>& in, const std::vector<Array>& out, const double& epsilon, Workers& workers,
                       Memory& memory) {
  Arrays operands(in, norm_operands(true)), results(out, elementwise_results(true));
  const Shape shape = operands.axes(2), weights = {shape[1]};
  LayerNormBackward<T> args = {shape[0], shape[1], operands.required<T>(shape), nullptr, nullptr, epsilon, nullptr, nullptr, nullptr};
  args.gamma = operands.required<T>(weights);
  args.d_out = operands.required<T>(shape);
  args.d_in = fresh(results.required<T>(shape), shape);
  args.d_gamma = results.required<T>(weights);
  args.d_beta = results.required<T>(weights);
  kernels<T>().layer_norm_backward(args, workers, memory);
}

}  // namespace bptt
