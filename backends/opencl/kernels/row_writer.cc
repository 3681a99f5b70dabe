#include "backends/opencl/kernels/row_writer.h"

#include "backends/opencl/kernels/loop_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Mode = RowPlan::Mode;

// Vectors that a plain fold along a row adds up side by side.
constexpr int kUnroll = 4;

std::vector<int64_t> StridesOf(const std::vector<RowPlan::Dim>& dims,
                               size_t operand) {
  std::vector<int64_t> strides;
  for (const RowPlan::Dim& dim : dims) strides.push_back(dim.strides[operand]);
  return strides;
}

// "{ const T a = x; const T b = y; x = COMBINE; }"
std::string CombineText(const RowStep& step, std::string_view type,
                        std::string_view x, std::string_view y,
                        std::string_view to) {
  return StrCat("{ const ", type, " a = ", x, "; const ", type, " b = ", y,
                "; ", to, " = ", step.combine, "; }\n");
}

}  // namespace

std::vector<int64_t> SizesOf(const std::vector<RowPlan::Dim>& dims) {
  std::vector<int64_t> sizes;
  for (const RowPlan::Dim& dim : dims) sizes.push_back(dim.size);
  return sizes;
}

// "$exp(" and other marks become functions of the vector's width. Only vectors of
// float have an exponential of their own.
std::string RowWriter::Resolve(const std::string& text, int width) const {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t mark = text.find('$', at);
    out.append(text, at, mark - at);
    if (mark == std::string::npos) return out;
    at = text.find('(', mark);
    std::string name = text.substr(mark + 1, at - mark - 1);
    if (name == "exp" && width > 1 && scalar_ == "float") name = "exp_below";
    const bool plain = width == 1 || name == "exp";
    out += plain ? name : StrCat(name, width);
  }
}

size_t RowWriter::OperandAt(const std::string& name) const {
  size_t at = 0;
  while (spec_.operands[at].name != name) ++at;
  return at;
}

// `vector`: the operand moves along the vector, else all lanes get the same.
std::string RowWriter::Load(const std::string& operand, int width,
                            const std::string& index, bool vector) const {
  const RowOperand& o = spec_.operands[OperandAt(operand)];
  const int lanes = vector ? width : 1;
  const std::string type = VectorType(scalar_, width);
  std::string value = LoadVectorText(o.type, lanes, o.name, index);
  if (KernelTypeOf(o.type).compute != scalar_) {
    value = StrCat("convert_", VectorType(scalar_, lanes), "(", value, ")");
  }
  return StrCat("const ", type, " ", o.name, "_v = (", type, ")(", value,
                ");\n");
}

std::string RowWriter::Store(const std::pair<std::string, std::string>& store,
                             int width, const std::string& index) const {
  const RowOperand& o = spec_.operands[OperandAt(store.first)];
  std::string value = Resolve(store.second, width);
  const std::string made = KernelTypeOf(o.type).compute;
  if (made != scalar_) {
    value = StrCat("convert_", VectorType(made, width), "(", value, ")");
  }
  return StrCat(StoreVectorText(o.type, width, o.name, index, value), "\n");
}

// Element(s) `place` of the innermost dimension that a row moves in.
std::string RowWriter::Element(const RowStep& step, int width,
                               const std::string& place,
                               const std::string& sum) const {
  const bool line = plan_.mode == Mode::kLine;
  const auto index = [&](const std::string& name) {
    const size_t k = OperandAt(name);
    std::string text = StrCat("(", name, "_b");
    for (size_t d = 0; d < plan_.reduced.size(); ++d) {
      const int64_t stride = plan_.reduced[d].strides[k];
      const bool last = d + 1 == plan_.reduced.size();
      if (stride == 0) continue;
      text += StrCat(" + ", last ? place : StrCat("q", d));
      if (stride != 1) text += StrCat(" * (", stride, ")");
    }
    return StrCat(text, ")");
  };
  std::string text;
  if (spec_.positions) {
    const std::string type = VectorType(position_, width);
    std::string lanes;
    for (int i = 0; line && i < width; ++i) {
      lanes += StrCat(i == 0 ? "" : ", ", i);
    }
    text += StrCat("typedef ", type, " PV;\nconst PV J = (PV)(", place, ")",
                   lanes.empty() ? "" : StrCat(" + (PV)(", lanes, ")"), ";\n");
  }
  for (const std::string& name : step.loads) {
    const size_t k = OperandAt(name);
    const auto& along = line ? plan_.reduced : plan_.kept;
    text += Load(name, width, index(name),
                 width == 1 || along.back().strides[k] != 0);
  }
  text += Resolve(step.text, width);
  for (const auto& each : step.stores) {
    text += Store(each, width, index(each.first));
  }
  if (step.kind == RowStep::Kind::kFold) {
    text += CombineText(step, SumType(step, width), sum,
                        Resolve(step.value, width), sum);
  }
  return text;
}

std::string RowWriter::Bound(size_t d) const {
  const RowPlan::Dim& dim = plan_.reduced[d];
  if (dim.whole == 0) return std::to_string(dim.size);
  return StrCat("min((", plan_.index, ")", dim.size, ", (", plan_.index, ")(",
                dim.whole, " - k", dim.piece, " * ", dim.size, "))");
}

// Loops over the outermost `depth` reduced dimensions around `inner`.
std::string RowWriter::Nest(const std::string& inner, size_t depth) const {
  std::string text;
  for (size_t d = 0; d < depth; ++d) {
    text += StrCat("for (", plan_.index, " q", d, " = 0; q", d, " < ", Bound(d),
                   "; ++q", d, ") {\n");
  }
  text += inner;
  for (size_t d = 0; d < depth; ++d) text += "}\n";
  return text;
}

// Sums of vectors, NAME_0 and so on, and of single elements to R NAME.
std::string RowWriter::JoinLine(const RowStep& step, int unroll) const {
  std::string text;
  const int width = plan_.width;
  for (int u = 1; u < unroll; ++u) {
    text += CombineText(step, SumType(step, width), step.name + "_0",
                        StrCat(step.name, "_", u), step.name + "_0");
  }
  std::string last = step.name + "_0";
  for (int w = width / 2; w > 0; w /= 2) {
    const std::string half = StrCat(step.name, "_h", w);
    text += StrCat(SumType(step, w), " ", half, ";\n");
    text +=
        CombineText(step, SumType(step, w), last + ".lo", last + ".hi", half);
    last = half;
  }
  return text + CombineText(step, SumType(step, 1), step.name, last, step.name);
}

std::string RowWriter::Line(const RowStep& step) const {
  const bool fold = step.kind == RowStep::Kind::kFold;
  const int width = plan_.width;
  const int unroll =
      fold && step.text.empty() && step.stores.empty() ? kUnroll : 1;
  const size_t last = plan_.reduced.size() - 1;
  const std::string q = StrCat("q", last);
  std::string text;
  std::string inner = StrCat("{\n", plan_.index, " ", q, " = 0;\nconst ",
                             plan_.index, " n_ = ", Bound(last), ";\n");
  const auto loop = [&](int times) {
    inner += StrCat("for (; ", q, " + ", width * times, " <= n_; ", q,
                    " += ", width * times, ") {\ntypedef ",
                    VectorType(scalar_, width), " V;\n");
    for (int u = 0; u < times; ++u) {
      const std::string place = StrCat("(", q, " + ", u * width, ")");
      inner += StrCat(
          "{\n", Element(step, width, place, StrCat(step.name, "_", u)), "}\n");
    }
    inner += "}\n";
  };
  if (fold)
    text += StrCat(SumType(step, 1), " ", step.name, " = ", step.start, ";\n");
  if (width > 1) {
    for (int u = 0; fold && u < unroll; ++u) {
      const std::string type = SumType(step, width);
      text += StrCat(type, " ", step.name, "_", u, " = (", type, ")((",
                     SumType(step, 1), ")", step.start, ");\n");
    }
    if (unroll > 1) loop(unroll);
    loop(1);
  }
  inner += StrCat("for (; ", q, " < n_; ++", q, ") {\ntypedef ", scalar_,
                  " V;\n", Element(step, 1, q, step.name), "}\n}\n");
  text += Nest(inner, last);
  if (fold && width > 1) text += JoinLine(step, unroll);
  return text;
}

// Items of a group take turns, then join what they have.
std::string RowWriter::Group(const RowStep& step) const {
  const bool fold = step.kind == RowStep::Kind::kFold;
  const std::string type = SumType(step, 1);
  const std::string shared = step.name + "_l";
  std::string text;
  if (fold) {
    text += StrCat("__local ", type, " ", shared, "[", plan_.group, "];\n",
                   type, " ", step.name, " = ", step.start, ";\n");
  }
  text += StrCat("for (", plan_.index, " q = lane; q < ", plan_.count,
                 "; q += ", plan_.group, ") {\ntypedef ", scalar_, " V;\n",
                 plan_.index, " r = q;\n",
                 DecodeText(SizesOf(plan_.reduced), plan_.index, "q"));
  for (size_t d = 0; d < plan_.reduced.size(); ++d) {
    if (plan_.reduced[d].whole == 0) continue;
    text += StrCat("if (q", d, " >= ", Bound(d), ") continue;\n");
  }
  text +=
      StrCat(Element(step, 1, StrCat("q", plan_.reduced.size() - 1), step.name),
             "}\n");
  if (!fold) return text;
  constexpr char kBarrier[] = "barrier(CLK_LOCAL_MEM_FENCE);\n";
  const std::string mine = shared + "[lane]";
  return StrCat(text, mine, " = ", step.name, ";\n", kBarrier,
                "for (int half_ = ", plan_.group / 2,
                "; half_ > 0; half_ /= 2) {\nif (lane < half_) ",
                CombineText(step, type, mine, shared + "[lane + half_]", mine),
                kBarrier, "}\n", step.name, " = ", shared, "[0];\n");
}

std::string RowWriter::Loop(const RowStep& step, int width) const {
  if (plan_.mode == Mode::kLine) return Line(step);
  if (plan_.mode == Mode::kGroup) return Group(step);
  const std::string type = SumType(step, width);
  std::string text;
  if (step.kind == RowStep::Kind::kFold) {
    text = StrCat(type, " ", step.name, " = (", type, ")((", SumType(step, 1),
                  ")", step.start, ");\n");
  }
  const size_t depth = plan_.reduced.size();
  const std::string place = depth == 0 ? "0" : StrCat("q", depth - 1);
  return text + Nest(StrCat("{\ntypedef R V;\n",
                            Element(step, width, place, step.name), "}\n"),
                     depth);
}

// Where the row of each operand starts, or of the block `side` of rows.
std::string RowWriter::Bases(int width, int side) const {
  std::string text;
  for (size_t k = 0; k < spec_.operands.size(); ++k) {
    const RowOperand& o = spec_.operands[k];
    const int64_t stride = plan_.kept.back().strides[k];
    text += StrCat(
        "const ", plan_.index, " ", o.name, "_b = ",
        IndexText(StridesOf(plan_.kept, k), o.offset + side * width * stride,
                  plan_.kept.size(), "k"),
        ";\n");
  }
  return text;
}

std::string RowWriter::Text(const RowStep& step, int width) const {
  std::string text;
  for (const std::string& name : step.loads) {
    text += Load(name, width, name + "_b",
                 width == 1 || plan_.kept.back().strides[OperandAt(name)] != 0);
  }
  text += Resolve(step.text, width);
  if (plan_.mode == Mode::kGroup) text += "if (lane == 0) {\n";
  for (const auto& each : step.stores) {
    text += Store(each, width, each.first + "_b");
  }
  if (plan_.mode == Mode::kGroup) text += "}\n";
  return text;
}

std::string RowWriter::Types(int width) const {
  return StrCat("typedef ", scalar_, " S;\ntypedef ", position_,
                " P;\ntypedef ", VectorType(scalar_, width), " R;\n");
}

std::string RowWriter::Program(int width) const {
  std::string text = Types(width) + Bases(width, 0);
  for (const RowStep& step : spec_.steps) {
    text += step.kind == RowStep::Kind::kText ? Text(step, width)
                                              : Loop(step, width);
  }
  return text;
}

std::string RowWriter::WideProgram() const {
  const RowStep& fold = spec_.steps[0];
  const int width = plan_.width;
  const std::string type = SumType(fold, width);
  const size_t depth = plan_.reduced.size();
  const std::string place = depth == 0 ? "0" : StrCat("q", depth - 1);
  std::string starts = Types(width);
  std::string loop;
  std::string ends;
  for (int side = 0; side < plan_.side; ++side) {
    const std::string sum = StrCat(fold.name, "_", side);
    starts += StrCat(type, " ", sum, " = (", type, ")((", SumType(fold, 1), ")",
                     fold.start, ");\n");
    loop += StrCat("{\ntypedef R V;\n", Bases(width, side),
                   Element(fold, width, place, sum), "}\n");
    ends += StrCat("{\n", Bases(width, side), "const ", type, " ", fold.name,
                   " = ", sum, ";\n", Text(spec_.steps[1], width), "}\n");
  }
  return starts + Nest(loop, depth) + ends;
}

}  // namespace onnxifi::opencl
