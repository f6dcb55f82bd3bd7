// The recurrence at XLA's door.
#pragma once

#include "handler.h"

namespace bptt {

template <ffi::DataType type>
struct Args {
  using T = Native<type>;
  ffi::Buffer<type, 3> inputs;  // (B, T, D), or (0, 0, 0) with ids
  ffi::Buffer<ffi::S32, 2> ids;
  ffi::Buffer<type, 2> table, kernel, recurrent_kernel;
  ffi::Buffer<type, 1> bias;
  ffi::Buffer<type, 2> initial_state;
  ffi::Buffer<ffi::PRED, 2> mask;  // (0, 0): every step is real
  int32_t activation;
  bool go_backwards, zero_for_mask;

  bool by_ids() const { return inputs.dimensions()[2] == 0 && table.dimensions()[1] > 0; }

  SimpleRnn<T> net(Check& check) {
    const auto first = by_ids() ? ids.dimensions() : inputs.dimensions();
    const int64_t batch = first[0], time = first[1], features = kernel.dimensions()[0], units = kernel.dimensions()[1];
    if (by_ids())
      check.shape("table", table, {table.dimensions()[0], features});
    else
      check.shape("inputs", inputs, {batch, time, features});
    check.shape("recurrent_kernel", recurrent_kernel, {units, units}).shape("bias", bias, {units});
    check.shape("initial_state", initial_state, {batch, units});
    const bool masked = mask.element_count() > 0;
    if (masked) check.shape("mask", mask, {batch, time});
    check.that(batch * time <= INT32_MAX, "more than 2^31 - 1 steps in one batch");
    check.that(activation == 0 || activation == 1, "unknown activation");
    return {batch, time, features, units, table.dimensions()[0],
            by_ids() ? nullptr : inputs.typed_data(), by_ids() ? ids.typed_data() : nullptr,
            by_ids() ? table.typed_data() : nullptr, kernel.typed_data(), recurrent_kernel.typed_data(),
            bias.typed_data(), initial_state.typed_data(), masked ? mask.typed_data() : nullptr,
            static_cast<Activation>(activation), go_backwards, zero_for_mask};
  }
};

template <ffi::DataType type>
ffi::Error rnn_forward(ffi::ThreadPool pool, In3<type> inputs, Ids ids, In2<type> table,
                       In2<type> kernel, In2<type> recurrent_kernel, In1<type> bias, In2<type> initial_state, Bools mask,
                       Out<type, 2> state, Out<type, 3> sequence, int32_t activation, bool go_backwards,
                       bool zero_for_mask, bool fill) {
  Args<type> args = {inputs, ids, table, kernel, recurrent_kernel, bias, initial_state, mask, activation, go_backwards, zero_for_mask};
  Check check;
  const auto net = args.net(check);
  const bool keep = sequence->dimensions()[2] > 0;
  check.shape("state", *state, {net.batch, net.units});
  if (keep) check.shape("sequence", *sequence, {net.batch, net.time, net.units});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().simple_rnn_forward({net, fill, state->typed_data(), keep ? fresh(sequence) : nullptr},
                                               workers, scratch.memory());
  });
}

template <ffi::DataType type>
ffi::Error rnn_backward(ffi::ThreadPool pool, In3<type> inputs, Ids ids, In2<type> table,
                        In2<type> kernel, In2<type> recurrent_kernel, In1<type> bias, In2<type> initial_state, Bools mask,
                        In3<type> sequence, In2<type> d_state, In3<type> d_sequence, Out<type, 3> d_inputs,
                        Out<type, 2> d_table, Out<type, 3> d_steps, Out<type, 2> d_kernel, Out<type, 2> d_recurrent_kernel, Out<type, 1> d_bias,
                        Out<type, 2> d_initial_state, int32_t activation, bool go_backwards, bool zero_for_mask) {
  Args<type> args = {inputs, ids, table, kernel, recurrent_kernel, bias, initial_state, mask, activation, go_backwards, zero_for_mask};
  Check check;
  const auto net = args.net(check);
  const bool outputs = d_sequence.dimensions()[2] > 0;
  check.shape("sequence", sequence, {net.batch, net.time, net.units}).shape("d_state", d_state, {net.batch, net.units});
  if (outputs) check.shape("d_sequence", d_sequence, {net.batch, net.time, net.units});
  if (args.by_ids())
    check.shape("d_table", *d_table, {net.vocabulary, net.features}).shape("d_steps", *d_steps, {net.batch, net.time, net.units});
  else
    check.shape("d_inputs", *d_inputs, {net.batch, net.time, net.features});
  check.shape("d_kernel", *d_kernel, {net.features, net.units}).shape("d_bias", *d_bias, {net.units});
  check.shape("d_recurrent_kernel", *d_recurrent_kernel, {net.units, net.units});
  check.shape("d_initial_state", *d_initial_state, {net.batch, net.units});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().simple_rnn_backward(
        {net, sequence.typed_data(), args.by_ids() ? d_steps->typed_data() : nullptr, d_state.typed_data(), outputs ? d_sequence.typed_data() : nullptr,
         args.by_ids() ? nullptr : fresh(d_inputs), args.by_ids() ? fresh(d_table) : nullptr,
         d_kernel->typed_data(), d_recurrent_kernel->typed_data(), d_bias->typed_data(), d_initial_state->typed_data()},
        workers, scratch.memory());
  });
}

template <ffi::DataType type>
auto rnn_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In3<type>>()
      .template Arg<Ids>()
      .template Arg<In2<type>>()
      .template Arg<In2<type>>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In2<type>>()
      .template Arg<Bools>();
}

template <ffi::DataType type>
auto rnn_forward_binding() {
  return rnn_binding<type>()
      .template Ret<In2<type>>()
      .template Ret<In3<type>>()
      .template Attr<int32_t>("activation")
      .template Attr<bool>("go_backwards")
      .template Attr<bool>("zero_for_mask")
      .template Attr<bool>("fill");
}

template <ffi::DataType type>
auto rnn_backward_binding() {
  return rnn_binding<type>()
      .template Arg<In3<type>>()
      .template Arg<In2<type>>()
      .template Arg<In3<type>>()
      .template Ret<In3<type>>()
      .template Ret<In2<type>>()
      .template Ret<In3<type>>()
      .template Ret<In2<type>>()
      .template Ret<In2<type>>()
      .template Ret<In1<type>>()
      .template Ret<In2<type>>()
      .template Attr<int32_t>("activation")
      .template Attr<bool>("go_backwards")
      .template Attr<bool>("zero_for_mask");
}

}  // namespace bptt
