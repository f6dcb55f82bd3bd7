// oneDNN's RNN primitives behind five C functions, for onednn.py. Arrays time first, as oneDNN has them: (T, B, D), (T, B, H);
// weights (D, G, H) and (H, G, H), Keras's own order; bias (G, H), for lbr_gru (4, H): the last is the state's share.

#include <cstring>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "oneapi/dnnl/dnnl.hpp"

namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using dnnl::rnn_direction;
using tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

memory::desc float_desc(memory::dims dims, tag layout) { return {dims, memory::data_type::f32, layout}; }

struct Recurrence {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    std::unordered_map<std::string, memory> arrays;  // in the caller's layouts
    std::vector<std::pair<dnnl::primitive, Arguments>> once, each;
    std::vector<memory> sums;  // oneDNN adds to the gradients of weights, so they start from zero

    memory array(const std::string& name, memory::dims dims, tag layout) {
        return arrays.emplace(name, memory(float_desc(dims, layout), engine)).first->second;
    }

    // `from` in the layout `to`, copied by a step of `steps` where the layouts differ.
    memory in_layout(const memory& from, const memory::desc& to, std::vector<std::pair<dnnl::primitive, Arguments>>& steps) {
        if (from.get_desc() == to) return from;
        memory copy(to, engine);
        steps.push_back({dnnl::reorder(from, copy), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, copy}}});
        return copy;
    }

    void run(std::vector<std::pair<dnnl::primitive, Arguments>>& steps) {
        for (auto& [primitive, arguments] : steps) primitive.execute(stream, arguments);
        stream.wait();
    }
};

struct Sizes {
    memory::dim time, batch, features, units, gates, bias_gates;
};

// Forward, and for training backward: `describe(kind, descs...)` and `describe_back(forward, descs...)` make the cell's descriptors.
template <typename Forward, typename Backward, typename Describe, typename DescribeBack>
void add_steps(Recurrence& r, const Sizes& s, bool training, Describe describe, DescribeBack describe_back) {
    memory x = r.array("x", {s.time, s.batch, s.features}, tag::tnc);
    memory y = r.array("y", {s.time, s.batch, s.units}, tag::tnc);
    memory kernel = r.array("kernel", {1, 1, s.features, s.gates, s.units}, tag::ldigo);
    memory recurrent = r.array("recurrent", {1, 1, s.units, s.gates, s.units}, tag::ldigo);
    memory bias = r.array("bias", {1, 1, s.bias_gates, s.units}, tag::ldgo);
    // The first state, given though it is zero: without one, version 3.2 computes a wrong gradient of `recurrent`.
    memory state(float_desc({1, 1, s.batch, s.units}, tag::ldnc), r.engine);
    std::memset(state.get_data_handle(), 0, state.get_desc().get_size());
    constexpr bool lstm = std::is_same_v<Forward, dnnl::lstm_forward>;
    auto h = state.get_desc();
    auto any_kernel = float_desc(kernel.get_desc().get_dims(), tag::any);
    auto any_recurrent = float_desc(recurrent.get_desc().get_dims(), tag::any);

    auto forward = describe(training ? prop_kind::forward_training : prop_kind::forward_inference, x.get_desc(), h, any_kernel,
                            any_recurrent, bias.get_desc(), y.get_desc());
    auto& packing = training ? r.each : r.once;  // a training step changes the weights, so it packs them again
    Arguments arguments{{DNNL_ARG_SRC_LAYER, x},
                        {DNNL_ARG_SRC_ITER, state},
                        {DNNL_ARG_WEIGHTS_LAYER, r.in_layout(kernel, forward.weights_layer_desc(), packing)},
                        {DNNL_ARG_WEIGHTS_ITER, r.in_layout(recurrent, forward.weights_iter_desc(), packing)},
                        {DNNL_ARG_BIAS, bias},
                        {DNNL_ARG_DST_LAYER, y}};
    if (lstm) arguments[DNNL_ARG_SRC_ITER_C] = state;
    if (training) arguments[DNNL_ARG_WORKSPACE] = memory(forward.workspace_desc(), r.engine);
    r.each.push_back({Forward(forward), arguments});
    if (!training) return;

    memory dx = r.array("dx", x.get_desc().get_dims(), tag::tnc);
    memory dy = r.array("dy", y.get_desc().get_dims(), tag::tnc);
    memory dbias = r.array("dbias", bias.get_desc().get_dims(), tag::ldgo);
    auto backward = describe_back(forward, x.get_desc(), h, any_kernel, any_recurrent, bias.get_desc(), y.get_desc());
    memory dkernel(backward.diff_weights_layer_desc(), r.engine), drecurrent(backward.diff_weights_iter_desc(), r.engine);
    arguments[DNNL_ARG_WEIGHTS_LAYER] = r.in_layout(kernel, backward.weights_layer_desc(), r.each);
    arguments[DNNL_ARG_WEIGHTS_ITER] = r.in_layout(recurrent, backward.weights_iter_desc(), r.each);
    arguments.insert({{DNNL_ARG_DIFF_SRC_LAYER, dx},
                      {DNNL_ARG_DIFF_SRC_ITER, memory(h, r.engine)},
                      {DNNL_ARG_DIFF_WEIGHTS_LAYER, dkernel},
                      {DNNL_ARG_DIFF_WEIGHTS_ITER, drecurrent},
                      {DNNL_ARG_DIFF_BIAS, dbias},
                      {DNNL_ARG_DIFF_DST_LAYER, dy}});
    if (lstm) arguments[DNNL_ARG_DIFF_SRC_ITER_C] = memory(h, r.engine);
    r.each.push_back({Backward(backward), arguments});
    r.sums = {dkernel, drecurrent, dbias};
    r.arrays["dkernel"] = r.in_layout(dkernel, kernel.get_desc(), r.each);
    r.arrays["drecurrent"] = r.in_layout(drecurrent, recurrent.get_desc(), r.each);
}

constexpr auto forwards = rnn_direction::unidirectional_left2right;

void add_rnn(Recurrence& r, const Sizes& s, bool training) {
    using Forward = dnnl::vanilla_rnn_forward;
    using Backward = dnnl::vanilla_rnn_backward;
    add_steps<Forward, Backward>(
        r, s, training,
        [&](auto kind, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Forward::primitive_desc(r.engine, kind, algorithm::eltwise_tanh, forwards, x, h, w, u, b, y, {});
        },
        [&](auto& hint, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Backward::primitive_desc(r.engine, prop_kind::backward, algorithm::eltwise_tanh, forwards, x, h, w, u, b, y, {},
                                            x, h, w, u, b, y, {}, hint);
        });
}

void add_lstm(Recurrence& r, const Sizes& s, bool training) {
    using Forward = dnnl::lstm_forward;
    using Backward = dnnl::lstm_backward;
    add_steps<Forward, Backward>(
        r, s, training,
        [&](auto kind, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Forward::primitive_desc(r.engine, kind, forwards, x, h, h, w, u, b, y, {}, {});
        },
        [&](auto& hint, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Backward::primitive_desc(r.engine, prop_kind::backward, forwards, x, h, h, w, u, b, y, {}, {},  //
                                            x, h, h, w, u, b, y, {}, {}, hint);
        });
}

void add_gru(Recurrence& r, const Sizes& s, bool training) {
    using Forward = dnnl::lbr_gru_forward;
    using Backward = dnnl::lbr_gru_backward;
    add_steps<Forward, Backward>(
        r, s, training,
        [&](auto kind, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Forward::primitive_desc(r.engine, kind, forwards, x, h, w, u, b, y, {});
        },
        [&](auto& hint, auto x, auto h, auto w, auto u, auto b, auto y) {
            return Backward::primitive_desc(r.engine, prop_kind::backward, forwards, x, h, w, u, b, y, {},  //
                                            x, h, w, u, b, y, {}, hint);
        });
}

}  // namespace

extern "C" {

Recurrence* recurrence_new(const char* cell, int training, int time, int batch, int features, int units) {
    auto* r = new Recurrence;
    const std::string name = cell;
    if (name == "rnn") add_rnn(*r, {time, batch, features, units, 1, 1}, training);
    if (name == "lstm") add_lstm(*r, {time, batch, features, units, 4, 4}, training);
    if (name == "gru") add_gru(*r, {time, batch, features, units, 3, 4}, training);
    return r;
}

float* recurrence_array(Recurrence* r, const char* name) { return static_cast<float*>(r->arrays.at(name).get_data_handle()); }

void recurrence_load(Recurrence* r) { r->run(r->once); }

void recurrence_run(Recurrence* r, int times) {
    for (int i = 0; i < times; ++i) {
        for (memory& sum : r->sums) std::memset(sum.get_data_handle(), 0, sum.get_desc().get_size());
        r->run(r->each);
    }
}

void onednn_version(int* parts) {
    const dnnl_version_t* v = dnnl::version();
    parts[0] = v->major, parts[1] = v->minor, parts[2] = v->patch;
}
}
