"""Single changes of native/, each of which native/tests/check_kernels must notice."""

from dataclasses import dataclass

FORWARD, FORWARD_PASS, BACKWARD, BACKWARD_PASS = (
    f"src/{name}.h" for name in ("forward", "forward_pass", "backward", "backward_pass")
)
SIMPLE_RNN, LSTM, GRU, CELL = "src/cells/simple_rnn.h", "src/cells/lstm.h", "src/cells/gru.h", "src/cell.h"
PLAN, PLAN_HEADER, SLICE, LAYOUT = "src/plan.cc", "include/bptt/plan.h", "src/slice.h", "src/layout.h"
TILES, NARROW, ROWS, MOMENTS, NORM = (f"src/{name}.h" for name in ("tiles", "narrow", "rows", "moments", "norm"))
ACTIVATIONS, DRAWS, ELEMENTWISE, TAP = (f"src/{name}.h" for name in ("activations", "draws", "elementwise", "tap"))


@dataclass(frozen=True)
class Mutant:
    """`was` stands exactly once in the file: an expression, or a statement with its semicolon."""

    file: str
    was: str
    becomes: str = ""

    def switched(self, number: int) -> str:
        """Code that is `becomes` where bptt_mutant is `number`, else `was`."""
        if self.was.endswith(";"):
            return f"{{ if (bptt_mutant == {number}) {{ {self.becomes} }} else {{ {self.was} }} }}"
        return f"(bptt_mutant == {number} ? ({self.becomes}) : ({self.was}))"


MUTANTS = [
    Mutant(PLAN, "steps[a] > steps[b]", "steps[a] < steps[b]"),
    Mutant(PLAN, "!mask || mask[b * time + plan.time_of(p)]", "!mask || mask[b * time + p]"),
    Mutant(PLAN, "plan.steps[rows[active - 1]] <= k", "plan.steps[rows[active - 1]] < k"),
    Mutant(PLAN, "opener[word] >= steps[0]", "opener[word] >= 0"),
    Mutant(PLAN, "words.index[b * plan.time + plan.time_of(p)]", "words.index[b * plan.time + p]"),
    Mutant(PLAN, "static_cast<int32_t>(b * plan.time + p)", "entry"),
    Mutant(PLAN, "at == RowAt::kEntry", "false"),
    Mutant(PLAN, "rows[opener[word_of[r]]++] = opened[r];", "rows[r] = opened[r];"),
    Mutant(PLAN, "(batch + rows - 1) / rows", "batch / rows"),
    Mutant(PLAN_HEADER, "go_backwards ? time - 1 - position : position", "position"),
    Mutant(SLICE, "smaller(to, slice.steps(i))", "to"),
    Mutant(
        SLICE, "step < steps(i) ? plan.positions[rows[i] * plan.time + step] : plan.time", "step < steps(i) ? step : plan.time"
    ),
    Mutant(ACTIVATIONS, "d * (T(1) - y * y)", "d * (T(1) - y)"),
    Mutant(ACTIVATIONS, "y > T(0) ? d : Vec<T>{}", "d"),
    Mutant(ACTIVATIONS, "d * (y * (T(1) - y))", "d * y"),
    Mutant(ACTIVATIONS, "((y > T(0)) & (y < T(1))) ? d / T(6) : Vec<T>{}", "(y > T(0)) ? d / T(6) : Vec<T>{}"),
    Mutant(ACTIVATIONS, "at_least(Vec<T>{}, x)", "x"),
    Mutant(ACTIVATIONS, "at_most(all(T(6)), x + T(3))", "x + T(3)"),
    Mutant(ACTIVATIONS, "tanh_of(x * T(0.5))", "tanh_of(x)"),
    Mutant(ACTIVATIONS, "1.48572235717979e-05f", "1.48572235717979e-06f"),
    Mutant(ACTIVATIONS, "through<T>(kUsual ? Activation::kSigmoid : recurrent_activation, d, y)", "through<T>(activation, d, y)"),
    Mutant(TILES, "acc[r][c] += load(init[r] + column + c * kLanes<T>)", "Vec<T>{}"),
    Mutant(TILES, "load(to) + acc[r][c]", "acc[r][c]"),
    Mutant(TILES, "columns - column >= C * kLanes<T>", "true"),
    Mutant(NARROW, "n < columns ? element(k, n) : T(0)", "n < columns ? element(k, n) : T(NAN)"),
    Mutant(TILES, "rows * (i + 1) / tiles", "rows * i / tiles + rows / tiles"),
    Mutant(ROWS, "i < smaller(first + kRun, count)", "i < smaller(first + kRun - 1, count)"),
    Mutant(ROWS, "load_some(to + j, n - j) + load_some(from + j, n - j)", "load_some(from + j, n - j)"),
    Mutant(ROWS, "if (n > 0) clear(to + padded<T>(n) - kLanes<T>, kLanes<T>);"),
    Mutant(MOMENTS, "squares * share + epsilon", "squares * share"),
    Mutant(MOMENTS, "to[i].centred(x[i] + at, left)", "to[0].centred(x[i] + at, left)"),
    Mutant(MOMENTS, "run = Vec<T>{};"),
    Mutant(MOMENTS, "static_cast<double>(width * blocks)", "static_cast<double>(width)"),
    Mutant(MOMENTS, "left >= kLanes<T> ? d : load_some(reinterpret_cast<const T*>(&d), left)", "d"),
    Mutant(NORM, "layout.inverse + first / 2", "layout.inverse"),
    Mutant(NORM, "values[i][part.inverse] = moments[i].inverse;", "values[i][part.inverse] = moments[0].inverse;"),
    Mutant(NORM, "load(n[i] + j) * slope[i]", "Vec<T>{}"),
    Mutant(NORM, "static_cast<double>(gates * layout.units)", "static_cast<double>(layout.units)"),
    Mutant(NORM, "store(d_gain + j, load(d_gain + j) + dn);"),
    Mutant(DRAWS, "mix(seed[1] + 0x7f4a7c15u)", "mix(0x7f4a7c15u)"),
    Mutant(DRAWS, "lane + static_cast<uint32_t>(first)", "lane"),
    Mutant(DRAWS, "rate * 4294967296.0 + 0.5", "rate * 4290000000.0"),
    Mutant(LAYOUT, "is_gru(cell) ? (position + 2) % 3 : position", "position"),
    Mutant(LAYOUT, "norm ? inverse + kLanes<T> : values * width", "norm ? inverse : values * width"),
    Mutant(LAYOUT, "simple && norm ? width : 0", "0"),
    Mutant(LAYOUT, "!simple || norm || zoneout", "!simple || norm"),
    Mutant(LAYOUT, "drops += side.gate[p] * net.batch * net.features;", "drops += p * net.batch * net.features;"),
    Mutant(LAYOUT, "drops += p * net.batch * layout.units;"),
    Mutant(LAYOUT, "gate[column / width] * units + unit", "column / width * units + unit"),
    Mutant(LAYOUT, "(k * layout.gates + gate[p]) * layout.units", "(k * layout.gates + p) * layout.units"),
    Mutant(LAYOUT, "multiply_row(dropped, a[i], group.drops + rows[i] * depth, depth);", "copy_row(dropped, a[i], depth);"),
    Mutant(LAYOUT, "if (group.drops) multiply_row(to[i], to[i], group.drops + rows[i] * depth, depth);"),
    Mutant(LAYOUT, "whole ? padded<T>(depth) : depth", "depth"),
    Mutant(LAYOUT, "add ? const_cast<const T* const*>(out) : nullptr", "nullptr"),
    Mutant(CELL, "bits < threshold ? all(T(1)) : share", "bits < threshold ? share : all(T(1))"),
    Mutant(CELL, "bits[i] < threshold ? T(1) : T(0)", "bits[0] < threshold ? T(1) : T(0)"),
    Mutant(CELL, "share * old + (T(1) - share) * now", "share * old + now"),
    Mutant(CELL, "d -= old;"),
    Mutant(CELL, "net.bias + 5 * layout.units", "net.bias + 2 * layout.units"),
    Mutant(CELL, "layout.cell == Cell::kLstm ? 2 : 1", "1"),
    Mutant(CELL, "dy[i] ? load(dh[i] + j) + load(dy[i] + j) : load(dh[i] + j)", "load(dh[i] + j)"),
    Mutant(CELL, "add || g > first", "add"),
    Mutant(FORWARD_PASS, "first ? room.state + i * width : room.h + before * width", "room.state + i * width"),
    Mutant(FORWARD_PASS, "first ? room.cell + i * width : row(room, chunk, before) + 4 * width", "room.cell + i * width"),
    Mutant(FORWARD_PASS, "copy_row(room.state + i * width, room.h + entry * width, width);"),
    Mutant(FORWARD_PASS, "if (args.cell_state) copy_row(room.cell + i * width, row(room, chunk, entry) + 4 * width, width);"),
    Mutant(FORWARD_PASS, "end == slice.steps(i)", "end == chunk.to"),
    Mutant(FORWARD_PASS, "if (slice.steps(i) == 0) finish(slice, i, room.state + i * width, room.cell + i * width);"),
    Mutant(FORWARD_PASS, "if (args.fill) hold(slice, i, p + 1, slice.position(i, step + 1), h);"),
    Mutant(FORWARD_PASS, "if (args.sequence && args.fill) hold(slice, i, 0, slice.position(i, 0), initial);"),
    Mutant(FORWARD_PASS, "args.net.zero_for_mask", "!args.net.zero_for_mask"),
    Mutant(FORWARD_PASS, "place * rules.states() * units", "place * units"),
    Mutant(FORWARD_PASS, "args.net.in_time ? plan.time_of(position) : position", "position"),
    Mutant(FORWARD_PASS, "add_row(z + p * layout.width, bias + p * layout.width, layout.width);"),
    Mutant(
        FORWARD,
        "if (layout.cell == Cell::kGruAfter && gate < 2) add_row(to, net.bias + (3 + gate) * layout.units, layout.units);",
    ),
    Mutant(FORWARD, "layout.biased_step()", "false"),
    Mutant(FORWARD, "task % 2 ? second : first", "first"),
    Mutant(BACKWARD_PASS, "args.net.zero_for_mask ? p + 1 : slice.position(i, step + 1)", "p + 1"),
    Mutant(BACKWARD_PASS, "if (!net.zero_for_mask) collect(slice, i, 0, slice.position(i, 0), room.dh + i * width);"),
    Mutant(BACKWARD_PASS, "args.net.in_time ? plan.time_of(position) : position", "position"),
    Mutant(
        BACKWARD_PASS,
        "room.h + chunk.entry(i, step - 1) * rules.layout.width",
        "room.h + chunk.entry(i, step) * rules.layout.width",
    ),
    Mutant(BACKWARD_PASS, "!args.d_cell_state || step == 0", "!args.d_cell_state || step == chunk.from"),
    Mutant(BACKWARD_PASS, "place * rules.states() * rules.layout.units", "place * rules.layout.units"),
    Mutant(BACKWARD_PASS, "reset ? room.reset + e * width : h[e]", "h[e]"),
    Mutant(BACKWARD_PASS, "layout.cell == Cell::kGruAfter", "false"),
    Mutant(BACKWARD_PASS, "clear(room.d_gain, rules.layout.all() + 2 * width);"),
    Mutant(BACKWARD_PASS, "clear(room.dy + entry * width, width);"),
    Mutant(BACKWARD_PASS, "index < plan.slices", "index < parts.count"),
    Mutant(BACKWARD_PASS, "args.d_inputs && net.mask && !args.add_inputs", "false"),
    Mutant(BACKWARD_PASS, "!args.d_inputs", "false"),
    Mutant(BACKWARD_PASS, "args.add_inputs || g > 0", "args.add_inputs"),
    Mutant(
        BACKWARD_PASS,
        "add_row(gate, from + p * layout.width, layout.units);",
        "copy_row(gate, from + p * layout.width, layout.units);",
    ),
    Mutant(BACKWARD_PASS, "row(room, e) + rules.layout.kernel_side", "row(room, e)"),
    Mutant(BACKWARD_PASS, "(slice.starts[step - 1] + i) * layout.stride", "slice.starts[step - 1] * layout.stride"),
    Mutant(
        BACKWARD_PASS,
        "if (parts.kernel) clear(parts.kernel + task * args.net.features * layout.all(), args.net.features * layout.all());",
    ),
    Mutant(
        BACKWARD_PASS,
        "copy_row(word_sums + ~word_row[e] * sum_stride, from, sum_width);",
        "add_row(word_sums + ~word_row[e] * sum_stride, from, sum_width);",
    ),
    Mutant(BACKWARD, "at == RowAt::kPlace ? layout.units : layout.all()", "layout.all()"),
    Mutant(BACKWARD, "clear(to, pass.rules.layout.all());"),
    Mutant(BACKWARD, "rows[i] = net.table + id * features;", "rows[i] = net.table + (first + i) % net.vocabulary * features;"),
    Mutant(BACKWARD, "first += parts * kWords", "first += words.count"),
    Mutant(BACKWARD, "pass.args.add_inputs", "false"),
    Mutant(BACKWARD, "!args.add_inputs", "true"),
    Mutant(BACKWARD, "!pass.args.d_table", "false"),
    Mutant(BACKWARD, "first.parts.count = second.parts.count = tasks;"),
    Mutant(BACKWARD, "one.gates = 1;"),
    Mutant(
        BACKWARD,
        "add_parts(workers, parts.bias, parts.count, 1, layout, order, args.d_bias);",
        "add_parts(workers, parts.bias, smaller(4, parts.count), 1, layout, order, args.d_bias);",
    ),
    Mutant(SIMPLE_RNN, "layout.keeps ? values : step.h[i]", "step.h[i]"),
    Mutant(SIMPLE_RNN, "if (zoneout.on) store(step.dh[i] + j, old);"),
    Mutant(SIMPLE_RNN, "recurrent_back(rules, step, 0, 1, zoneout.on);", "recurrent_back(rules, step, 0, 1, false);"),
    Mutant(LSTM, "static_cast<uint64_t>(rules.layout.units + j)", "static_cast<uint64_t>(j)"),
    Mutant(LSTM, "f.squash_back(d * out, y)", "d * out"),
    Mutant(LSTM, "f.gate_back(d * load(step.c_before[i] + j), forget)", "f.gate_back(d * load(step.c_before[i]), forget)"),
    Mutant(LSTM, "past + d * forget", "d * forget"),
    Mutant(LSTM, "store(step.d_state_bias + j, load(step.d_state_bias + j) + d_state);"),
    Mutant(LSTM, "add_row(step.dc[i], n[i], layout.units);"),
    Mutant(LSTM, "inverse[i] = moments[i].inverse;", "inverse[i] = moments[0].inverse;"),
    Mutant(LSTM, "if (rules.zoneout.on) store(step.dh[i] + j, old);"),
    Mutant(GRU, "copy_row(step.values[i] + 3 * width, rules.step_bias, width);", "clear(step.values[i] + 3 * width, width);"),
    Mutant(GRU, "past + d * update", "d * update"),
    Mutant(GRU, "d * (old - candidate)", "d * (candidate - old)"),
    Mutant(GRU, "store(u + j, d * reset);"),
    Mutant(GRU, "store(step.reset[i] + j, reset * old);", "store(step.reset[i] + j, old);"),
    Mutant(GRU, "load(step.dh[i] + j) + d * reset", "d * reset"),
    Mutant(ELEMENTWISE, "static_cast<T>(1.0 / (1.0 - args.rate))", "T(1)"),
    Mutant(ELEMENTWISE, "static_cast<uint64_t>(r / args.repeat)", "static_cast<uint64_t>(r)"),
    Mutant(ELEMENTWISE, "g - mean_g - y * mean_gy", "g - mean_g"),
    Mutant(ELEMENTWISE, "task < tasks", "task < smaller(8, tasks)"),
    Mutant(TAP, "now.dy[i] ? now.dh[i][j] + now.dy[i][j] : now.dh[i][j]", "now.dh[i][j]"),
    Mutant(TAP, "slice.index * time + t", "slice.index * time + (t + 1) % time"),
    Mutant(TAP, "slice.plan.time_of(slice.position(i, step))", "slice.plan.time_of(step)"),
    Mutant(TAP, "layout.cell == Cell::kLstm ? 2 : 0", "0"),
    Mutant(TAP, "value <= low || value >= high", "value >= high"),
    Mutant(TAP, "to[kTapRows] += 1;"),
    Mutant(TAP, "clear(tap.sums, count);"),
    Mutant(TAP, "k < slices * time * width", "k < time * width"),
    Mutant(TAP, "layout.cell == Cell::kSimpleRnn && layout.keeps", "false"),
    Mutant(TAP, "if (layout.cell == Cell::kLstm) measure_cells(rules, now, moments);"),
]
