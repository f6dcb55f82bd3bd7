// Python's own door: arrays of any library in, the same kernels on threads of our own, the interpreter free meanwhile.
#include "direct.h"

#include "borrow.h"
#include "bptt/float_mode.h"
#include "bptt/pool.h"
#include "elementwise.h"
#include "run.h"
#include "scratch.h"

namespace bptt {
namespace {

// A kernel for both dtypes, and which operand tells the dtype.
template <class Settings>
struct Operation {
  using Run = void (*)(const std::vector<Array>&, const std::vector<Array>&, const Settings&, Workers&, Memory&);
  const Names &operands, &results;
  size_t typed;
  Run f32, f64;
};

template <class Settings>
void call(const Operation<Settings>& operation, const nb::sequence& operands, const nb::sequence& results, int64_t threads,
          const Settings& settings) {
  if (threads < 1) throw std::invalid_argument("threads is " + std::to_string(threads) + ", expected at least 1");
  const Read in(operands, operation.operands);
  const Written out(results, operation.results);
  const std::string& dtype = in.arrays()[operation.typed].dtype;
  const bool single = dtype == name_of<float>();
  if (!single && dtype != name_of<double>())
    throw std::invalid_argument(std::string(operation.operands[operation.typed]) + (dtype.empty() ? " is missing" : " has dtype " + dtype) +
                                ", expected float32 or float64");
  const nb::gil_scoped_release release;
  OwnWorkers workers(PerProcess<Pool>::get(), threads);
  Scratch<Memory> scratch;
  const FloatMode mode;
  (single ? operation.f32 : operation.f64)(in.arrays(), out.arrays(), settings, workers, scratch.memory());
}

void add_recurrence(nb::module_& module, const char* name, const Operation<Settings>& operation) {
  module.def(
      name,
      [operation](const nb::sequence& operands, const nb::sequence& results, int64_t threads, int32_t cell, int32_t activation,
                  int32_t recurrent_activation, bool go_backwards, bool zero_for_mask, bool fill, double zoneout,
                  double zoneout_cell, double epsilon, bool narrow, int64_t tap) {
        call(operation, operands, results, threads,
             {cell, activation, recurrent_activation, go_backwards, zero_for_mask, fill, zoneout, zoneout_cell, epsilon,
              narrow, tap});
      },
      nb::arg("operands"), nb::arg("results"), nb::kw_only(), nb::arg("threads"), nb::arg("cell"), nb::arg("activation"),
      nb::arg("recurrent_activation"), nb::arg("go_backwards"), nb::arg("zero_for_mask"), nb::arg("fill"), nb::arg("zoneout"),
      nb::arg("zoneout_cell"), nb::arg("epsilon"), nb::arg("narrow"), nb::arg("tap"));
}

void add_elementwise(nb::module_& module, const char* name, const char* setting, const Operation<double>& operation) {
  module.def(
      name,
      [operation](const nb::sequence& operands, const nb::sequence& results, int64_t threads, double setting) {
        call(operation, operands, results, threads, setting);
      },
      nb::arg("operands"), nb::arg("results"), nb::kw_only(), nb::arg("threads"), nb::arg(setting));
}

}  // namespace

void add_direct(nb::module_& module) {
  constexpr size_t kRecurrentKernel = 5;
  add_recurrence(module, "recurrence_forward",
                 {operand_names(false), result_names(false), kRecurrentKernel, run_forward<float>, run_forward<double>});
  add_recurrence(module, "recurrence_backward",
                 {operand_names(true), result_names(true), kRecurrentKernel, run_backward<float>, run_backward<double>});
  add_elementwise(module, "dropout", "rate",
                  {dropout_operands(), elementwise_results(false), 0, run_dropout<float>, run_dropout<double>});
  add_elementwise(module, "layer_norm_forward", "epsilon",
                  {norm_operands(false), elementwise_results(false), 0, run_norm_forward<float>, run_norm_forward<double>});
  add_elementwise(module, "layer_norm_backward", "epsilon",
                  {norm_operands(true), elementwise_results(true), 0, run_norm_backward<float>, run_norm_backward<double>});
}

}  // namespace bptt
