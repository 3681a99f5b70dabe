#include "backends/opencl/kernels/recurrent.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/gate_text.h"
#include "backends/opencl/kernels/matrix_product.h"
#include "backends/opencl/kernels/reduce.h"
#include "backends/opencl/kernels/tile_text.h"
#include "backends/opencl/kernels/vector_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using enum RecurrentNode::Input;

constexpr int kMostLanes = 256;

// How the state's products are made: columns of R in blocks, each by one lane on
// a CPU, as vectors, or by all lanes of a group.
struct Blocks {
  int lanes = 1;
  int vectors = 1;
  int width = 1;

  int64_t columns() const { return int64_t{lanes} * vectors * width; }
};

// Where things lie in scratch memory, in elements of the compute type.
struct Areas {
  int64_t x = 0;       // [direction][step, batch][gates * hidden]
  int64_t packed = 0;  // R: [direction][gate][block][hidden][columns]
  int64_t h = 0;       // [direction][batch][hidden]
  int64_t c = 0;       // LSTM's cells, GRU's reset states
  int64_t gates = 0;   // [direction][batch][gate][padded hidden]
  int64_t end = 0;
};

struct Plan {
  RecurrentNode node;
  DataType type = DataType::kFloat;
  DataType compute = DataType::kFloat;
  Blocks blocks;
  Areas areas;

  const char* scalar() const { return KernelTypeOf(compute).compute; }
  size_t element() const { return compute == DataType::kDouble ? 8 : 4; }
  int64_t gate_blocks() const {
    return (node.hidden + blocks.columns() - 1) / blocks.columns();
  }
  int64_t padded() const { return gate_blocks() * blocks.columns(); }
  void Bind(KernelText* kernel, const char* name, int64_t area) const {
    kernel->Scratch(name, scalar(), static_cast<size_t>(area) * element());
  }
};

Blocks ChooseBlocks(const DeviceFacts& facts, const Plan& plan) {
  Blocks blocks;
  const int64_t hidden = plan.node.hidden;
  if (facts.is_cpu()) {
    const int full = VectorWidth(facts);
    blocks.width = plan.compute == DataType::kDouble ? full / 2 : full;
    blocks.vectors =
        static_cast<int>(std::clamp<int64_t>(hidden / blocks.width, 1, 4));
    return blocks;
  }
  const int64_t most =
      std::min<int64_t>(kMostLanes, static_cast<int64_t>(facts.max_group));
  while (blocks.lanes * 2 <= most && blocks.lanes < hidden) blocks.lanes *= 2;
  return blocks;
}

Areas PlaceAreas(const Plan& plan) {
  const RecurrentNode& r = plan.node;
  Areas areas;
  const auto take = [&](int64_t count) {
    const int64_t at = areas.end;
    areas.end += (count + 15) / 16 * 16;
    return at;
  };
  const int64_t states = r.directions * r.batch;
  areas.x = take(states * r.steps * r.gates() * r.hidden);
  areas.packed = take(r.directions * r.gates() * plan.padded() * r.hidden);
  areas.h = take(states * r.hidden);
  areas.c = take(states * r.hidden);
  areas.gates = take(states * r.gates() * plan.padded());
  return areas;
}

// The bias of both products; GRU's candidate adds the second in its own place.
std::string BiasText(const Plan& plan) {
  const RecurrentNode& r = plan.node;
  const int64_t width = r.gates() * r.hidden;
  const std::string first = StrCat("z * ", 2 * width, " + column");
  std::string text = StrCat(" + ", LoadText(plan.type, "bias", first));
  const std::string second = LoadText(
      plan.type, "bias", StrCat("z * ", 2 * width, " + ", width, " + column"));
  if (r.cell == Cell::kGru && r.linear_before_reset) {
    return StrCat(text, " + (column < ", 2 * r.hidden, " ? ", second, " : 0)");
  }
  return StrCat(text, " + ", second);
}

MatrixProduct InputProduct(const PrepareContext& ctx, const Plan& plan) {
  const RecurrentNode& r = plan.node;
  const DataType type = plan.type;
  MatrixProduct p;
  p.batch = {r.directions};
  p.m = r.steps * r.batch;
  p.n = r.gates() * r.hidden;
  p.k = r.inputs;
  p.sum = plan.compute;
  p.a.strides = {0};
  p.a.direct = type == DataType::kFloat;
  p.a.element = LoadText(type, "signal", StrCat("(i) * ", r.inputs, "L + (j)"));
  p.a.bind = [type](KernelText* kernel) { kernel->In("signal", type, kX); };
  p.b.matrices = r.directions;
  p.b.strides = {1};
  p.b.element =
      LoadText(type, "weights",
               StrCat("((z) * ", p.n, "L + (j)) * ", r.inputs, "L + (i)"));
  p.b.bind = [type](KernelText* kernel) { kernel->In("weights", type, kW); };
  const bool bias = ctx.HasInput(kB);
  p.tail = StrCat("made[(z * ", p.m, "L + row) * ", p.n, "L + column] = s",
                  bias ? BiasText(plan) : "", ";");
  p.bind_tail = [&plan, bias, type](KernelText* kernel) {
    if (bias) kernel->In("bias", type, kB);
    plan.Bind(kernel, "made", plan.areas.x);
  };
  return p;
}

Launch PackLaunch(const PrepareContext& ctx, const Plan& plan) {
  const RecurrentNode& r = plan.node;
  const int64_t columns = plan.blocks.columns();
  KernelText kernel;
  kernel.In("weights", plan.type, kR);
  plan.Bind(&kernel, "packed", plan.areas.packed);
  const std::string body = StrCat(
      "    const long unit = c1 * (long)", columns,
      " + j;\n    packed[i] = "
      "unit < ",
      r.hidden, " ? ",
      LoadText(
          plan.type, "weights",
          StrCat("(c0 * (long)", r.hidden, " + unit) * ", r.hidden, " + c2")),
      " : 0;");
  return MakeRowLoop(FactsOf(ctx), std::move(kernel),
                     {{r.directions * r.gates(), plan.gate_blocks(), r.hidden}},
                     columns, "", body);
}

// Products of `count` gates from `first` on with the vector `state`.
std::string StateProduct(const Plan& plan, int64_t first, int64_t count,
                         const char* state) {
  const Blocks& b = plan.blocks;
  const int64_t columns = b.columns();
  const int64_t blocks = plan.gate_blocks();
  const bool group = b.lanes > 1;
  const std::string type = VectorType(plan.scalar(), b.width);
  const auto load = [&](int v) {
    return b.width == 1 ? StrCat("w[lane]")
                        : StrCat("vload", b.width, "(", v, ", w)");
  };
  std::string text =
      StrCat("    for (int block = ", first * blocks, "; block < ",
             (first + count) * blocks, "; ++block) {\n      __global const ",
             plan.scalar(), "* w = packed + (d * ", plan.node.gates() * blocks,
             "L + block) * ", plan.node.hidden * columns, "L;\n");
  for (int v = 0; v < b.vectors; ++v) {
    text += StrCat("      ", type, " s", v, " = 0;\n");
  }
  text += StrCat("      for (int k = 0; k < ", plan.node.hidden,
                 "; ++k) {\n        const ", type, " a = ", state, "[k];\n");
  for (int v = 0; v < b.vectors; ++v) {
    text += StrCat("        s", v, " += a * ", load(v), ";\n");
  }
  text += StrCat("        w += ", columns, ";\n      }\n");
  for (int v = 0; v < b.vectors; ++v) {
    text += group || b.width == 1
                ? StrCat("      gates[block * ", columns, " + lane + ", v,
                         "] = s", v, ";\n")
                : StrCat("      vstore", b.width, "(s", v, ", ", v,
                         ", gates + block * ", columns, ");\n");
  }
  return text + "    }\n    barrier(CLK_GLOBAL_MEM_FENCE);\n";
}

// Every lane takes units u in turns.
std::string UnitLoop(const Plan& plan, const std::string& body) {
  return StrCat("    for (int u = lane; u < ", plan.node.hidden,
                "; u += ", plan.blocks.lanes, ") {\n", body, "    }\n");
}

// "S NAME = f(clip(product + x + more));" for gate number `gate`.
std::string GateLine(const Plan& plan, const char* name, int64_t gate,
                     int function, const std::string& more) {
  const RecurrentNode& r = plan.node;
  const std::string x = StrCat(name, "_x");
  std::string text =
      StrCat("      S ", x, " = gates[", gate * plan.padded(), " + u] + x[",
             gate * r.hidden, " + u]", more, ";\n");
  if (r.clip > 0) {
    const std::string clip = StrCat("(S)", FloatText(r.clip));
    text += StrCat("      ", x, " = ", x, " < -", clip, " ? -", clip, " : ", x,
                   " > ", clip, " ? ", clip, " : ", x, ";\n");
  }
  return StrCat(text, "      const S ", name, " = F", function, "(", x, ");\n");
}

std::string PeepholeText(const Plan& plan, bool has, int64_t which,
                         const char* cell) {
  if (!has) return "";
  const int64_t hidden = plan.node.hidden;
  return StrCat(
      " + ",
      LoadText(plan.type, "p",
               StrCat("d * ", 3 * hidden, "L + ", which * hidden, " + u")),
      " * ", cell);
}

std::string LstmText(const Plan& plan, bool peepholes) {
  std::string units =
      GateLine(plan, "in", 0, 0, PeepholeText(plan, peepholes, 0, "c[u]"));
  units += plan.node.input_forget
               ? std::string("      const S forget = 1 - in;\n")
               : GateLine(plan, "forget", 2, 0,
                          PeepholeText(plan, peepholes, 2, "c[u]"));
  units += GateLine(plan, "fresh", 3, 1, "");
  units +=
      "      const S cell = forget * c[u] + in * fresh;\n      c[u] = "
      "cell;\n";
  units +=
      GateLine(plan, "out", 1, 0, PeepholeText(plan, peepholes, 1, "cell"));
  units += "      const S now = out * F2(cell);\n      NOW\n";
  return StateProduct(plan, 0, 4, "h") + UnitLoop(plan, units);
}

std::string GruText(const Plan& plan, bool bias) {
  const RecurrentNode& r = plan.node;
  const int64_t n = r.hidden;
  const std::string reset = StrCat("gates[", plan.padded(), " + u]");
  std::string text = StateProduct(plan, 0, 2, "h");
  std::string units = GateLine(plan, "zed", 0, 0, "");
  units += GateLine(plan, "open", 1, 0, "");
  units +=
      StrCat("      gates[u] = zed;\n      ", reset, " = open;\n      c[u] = ",
             r.linear_before_reset ? "h[u]" : "open * h[u]", ";\n");
  text += UnitLoop(plan, units) + "    barrier(CLK_GLOBAL_MEM_FENCE);\n";
  text += StateProduct(plan, 2, 1, "c");
  units.clear();
  if (r.linear_before_reset) {
    const std::string gate = StrCat("gates[", 2 * plan.padded(), " + u]");
    const std::string added =
        bias ? StrCat(" + ",
                      LoadText(plan.type, "bias",
                               StrCat("d * ", 6 * n, "L + ", 5 * n, " + u")))
             : std::string();
    units += StrCat("      ", gate, " = ", reset, " * (", gate, added, ");\n");
  }
  units += GateLine(plan, "fresh", 2, 1, "");
  units +=
      "      const S zed = gates[u];\n      const S now = (1 - zed) * "
      "fresh + zed * h[u];\n      NOW\n";
  return text + UnitLoop(plan, units);
}

std::string RnnText(const Plan& plan) {
  return StateProduct(plan, 0, 1, "h") +
         UnitLoop(plan, GateLine(plan, "now", 0, 0, "") + "      NOW\n");
}

// Row of the output at `time`, and of a state tensor.
std::string OutputRow(const RecurrentNode& r, const char* time) {
  return r.batch_first ? StrCat("((b * ", r.steps, " + ", time, ") * ",
                                r.directions, "L + d) * ", r.hidden)
                       : StrCat("((", time, " * ", r.directions, "L + d) * ",
                                r.batch, " + b) * ", r.hidden);
}

std::string StateRow(const RecurrentNode& r) {
  return r.batch_first ? StrCat("(b * ", r.directions, " + d) * ", r.hidden)
                       : StrCat("(d * ", r.batch, " + b) * ", r.hidden);
}

void BindStep(const PrepareContext& ctx, const Plan& plan, KernelText* kernel) {
  const RecurrentNode& r = plan.node;
  plan.Bind(kernel, "made", plan.areas.x);
  plan.Bind(kernel, "packed", plan.areas.packed);
  plan.Bind(kernel, "states", plan.areas.h);
  plan.Bind(kernel, "cells", plan.areas.c);
  plan.Bind(kernel, "all_gates", plan.areas.gates);
  const std::pair<size_t, const char*> inputs[] = {
      {kB, "bias"}, {kH0, "h0"}, {kC0, "c0"}, {kP, "p"}};
  for (const auto& [i, name] : inputs) {
    if (i < r.input_count() && ctx.HasInput(i)) kernel->In(name, plan.type, i);
  }
  if (ctx.HasInput(kLengths)) {
    kernel->In("lengths", DataType::kInt32, kLengths).Failure();
  }
  const char* const outputs[] = {"y", "y_h", "y_c"};
  for (size_t o = 0; o < (r.cell == Cell::kLstm ? 3U : 2U); ++o) {
    if (ctx.HasOutput(o)) kernel->Out(outputs[o], plan.type, o);
  }
  const std::string scalar = plan.scalar();
  kernel->Define("S", scalar);
  for (size_t f = 0; f < r.function_count(); ++f) {
    std::string text = GateText(r.rules[0][f], "(x_)", scalar);
    if (r.directions == 2) {
      text = StrCat("(d == 0 ? (S)", text, " : (S)",
                    GateText(r.rules[1][f], "(x_)", scalar), ")");
    }
    kernel->Define(StrCat("F", f, "(x_)"), StrCat("(S)", text));
  }
  kernel->Define(
      "NOW", StrCat("h[u] = now; ",
                    ctx.HasOutput(0)
                        ? StoreText(plan.type, "y",
                                    StrCat(OutputRow(r, "time"), " + u"), "now")
                        : std::string()));
}

// Lines before the steps: pointers of this batch entry, and its first state.
std::string StartText(const PrepareContext& ctx, const Plan& plan) {
  const RecurrentNode& r = plan.node;
  const bool lstm = r.cell == Cell::kLstm;
  const auto initial = [&](size_t i, const char* name) {
    return i < r.input_count() && ctx.HasInput(i)
               ? LoadText(plan.type, name, StrCat(StateRow(r), " + u"))
               : std::string("0");
  };
  std::string text = StrCat(
      "  const int lane = get_local_id(0);\n  const long b = get_group_id(0), "
      "d = get_group_id(1);\n  const long entry = d * ",
      r.batch, " + b;\n  __global S* h = states + entry * ", r.hidden,
      ";\n  __global S* c = cells + entry * ", r.hidden,
      ";\n  __global S* gates = all_gates + entry * ",
      r.gates() * plan.padded(), ";\n  long length = ", r.steps, ";\n");
  if (ctx.HasInput(kLengths)) {
    text += StrCat("  length = lengths[b];\n  if (length < 0 || length > ",
                   r.steps, ") {\n    failure[0] = 1;\n    return;\n  }\n");
  }
  text += UnitLoop(
      plan, StrCat("      h[u] = ", initial(kH0, "h0"),
                   ";\n      c[u] = ", lstm ? initial(kC0, "c0") : "0", ";\n"));
  return text + "  barrier(CLK_GLOBAL_MEM_FENCE);\n";
}

// Lines after the steps: no output past the end, and the last states.
std::string EndText(const PrepareContext& ctx, const Plan& plan) {
  const RecurrentNode& r = plan.node;
  std::string text;
  if (ctx.HasOutput(0) && ctx.HasInput(kLengths)) {
    text += StrCat(
        "  for (long time = length; time < ", r.steps, "; ++time) {\n",
        UnitLoop(plan,
                 StrCat("      ",
                        StoreText(plan.type, "y",
                                  StrCat(OutputRow(r, "time"), " + u"), "0"),
                        "\n")),
        "  }\n");
  }
  const std::string to = StrCat(StateRow(r), " + u");
  std::string units;
  if (ctx.HasOutput(1)) units += StoreText(plan.type, "y_h", to, "h[u]");
  if (r.cell == Cell::kLstm && ctx.HasOutput(2)) {
    units += StoreText(plan.type, "y_c", to, "c[u]");
  }
  return text + UnitLoop(plan, units + "\n");
}

Launch StepLaunch(const PrepareContext& ctx, const Plan& plan) {
  const RecurrentNode& r = plan.node;
  KernelText kernel;
  BindStep(ctx, plan, &kernel);
  const std::string step =
      r.cell == Cell::kLstm  ? LstmText(plan, ctx.HasInput(kP))
      : r.cell == Cell::kGru ? GruText(plan, ctx.HasInput(kB))
                             : RnnText(plan);
  const char* const backwards = r.reverse_first ? "1" : "d == 1";
  const std::string text = StrCat(
      StartText(ctx, plan), "  for (long step = 0; step < length; ++step) {\n",
      "    const long time = ", backwards, " ? length - 1 - step : step;\n",
      "    __global const S* x = made + (d * ", r.steps * r.batch, "L + ",
      r.batch_first ? StrCat("b * ", r.steps, " + time")
                    : StrCat("time * ", r.batch, " + b"),
      ") * ", r.gates() * r.hidden, "L;\n", step,
      "    barrier(CLK_GLOBAL_MEM_FENCE);\n  }\n", EndText(ctx, plan));
  const auto lanes = static_cast<size_t>(plan.blocks.lanes);
  kernel.Group(lanes, 1, 1);
  Launch launch = kernel.Finish(text);
  launch.global = {lanes * static_cast<size_t>(r.batch),
                   static_cast<size_t>(r.directions), 1};
  return launch;
}

}  // namespace

Reject SupportsRecurrent(const NodeView& node, Cell cell) {
  RecurrentNode r;
  if (!ReadRecurrentRules(node, cell, &r)) {
    return {RejectReason::kAttribute, "activations"};
  }
  for (const size_t i : {kX, kW, kR, kB, kH0, kC0, kP}) {
    if (i >= r.input_count()) continue;
    if (Reject reject = RequireTypes(node, i, kFloatTypes);
        !reject.supported()) {
      return reject;
    }
  }
  return RequireType(node, kLengths, {DataType::kInt32});
}

Status PrepareRecurrent(PrepareContext& ctx, Cell cell) {
  Plan plan;
  ONNXIFI_RETURN_IF_ERROR(ReadRecurrent(ctx, cell, &plan.node));
  const RecurrentNode& r = plan.node;
  if (r.batch * r.hidden == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  plan.type = ctx.in(kX).type;
  plan.compute = ComputeType(plan.type);
  const DeviceFacts& facts = FactsOf(ctx);
  plan.blocks = ChooseBlocks(facts, plan);
  plan.areas = PlaceAreas(plan);
  const size_t free = static_cast<size_t>(plan.areas.end) * plan.element();
  const MatrixProduct product = InputProduct(ctx, plan);
  ctx.BookScratch(free + ProductScratch(facts, product));
  std::vector<Launch> launches;
  AddProduct(facts, product, free, &launches);
  launches.push_back(PackLaunch(ctx, plan));
  launches.push_back(StepLaunch(ctx, plan));
  SetLaunches(ctx, std::move(launches));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
