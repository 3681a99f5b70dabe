#include "backends/opencl/kernels/row_kernel.h"

#include <algorithm>

#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/row_plan.h"
#include "backends/opencl/kernels/row_writer.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Mode = RowPlan::Mode;

// Elements that an item of a CPU should at least do.
constexpr int64_t kLeastRun = 4096;

// Rows one by one, or blocks of them along the last dimension.
std::string ItemText(const RowWriter& writer, const RowPlan& plan,
                     const WorkSplit& split, int64_t units) {
  const size_t last = plan.kept.size() - 1;
  const int64_t length = plan.kept[last].size;
  const int64_t block = BlockOf(plan);
  const int64_t blocks = (length + block - 1) / block;
  const std::vector<int64_t> sizes = SizesOf(plan.kept);
  const std::string k = StrCat("k", last);
  std::string text =
      StrCat(RunText(split, units, plan.index, "unit"), plan.index,
             " r = unit;\nconst ", plan.index, " block_ = r % ", blocks,
             "; r /= ", blocks, ";\n",
             DecodeText(std::span(sizes).first(last), plan.index, "k"),
             plan.index, " ", k, " = block_ * ", block, ";\n");
  const std::string whole = plan.side > 1
                                ? writer.WideProgram()
                                : writer.Program(static_cast<int>(block));
  if (length % block == 0) return StrCat(text, whole, "}\n");
  text += StrCat("if (", k, " + ", block, " <= ", length, ") {\n", whole,
                 "} else {\n");
  if (plan.side > 1) {
    text +=
        StrCat("for (; ", k, " + ", plan.width, " <= ", length, "; ", k,
               " += ", plan.width, ") {\n", writer.Program(plan.width), "}\n");
  }
  return StrCat(text, "for (; ", k, " < ", length, "; ++", k, ") {\n",
                writer.Program(1), "}\n}\n}\n");
}

}  // namespace

Launch MakeRowKernel(const DeviceFacts& facts, KernelText kernel,
                     const RowSpec& spec) {
  const RowPlan plan = MakeRowPlan(facts, spec);
  const RowWriter writer(spec, plan);
  if (plan.mode == Mode::kGroup) {
    const auto group = static_cast<size_t>(plan.group);
    kernel.Group(group, 1, 1);
    Launch launch = kernel.Finish(StrCat(
        "const int lane = get_local_id(0);\n", plan.index,
        " r = get_group_id(0);\n",
        DecodeText(SizesOf(plan.kept), plan.index, "k"), writer.Program(1)));
    launch.global = {static_cast<size_t>(plan.rows) * group, 1, 1};
    return launch;
  }
  const int64_t length = std::max<int64_t>(plan.kept.back().size, 1);
  const int64_t block = BlockOf(plan);
  const int64_t units = plan.rows / length * ((length + block - 1) / block);
  const int64_t work = std::max<int64_t>(plan.count, 1) * block;
  const WorkSplit split =
      SplitWork(facts, units, std::max<int64_t>(kLeastRun / work, 1));
  Launch launch = kernel.Finish(ItemText(writer, plan, split, units));
  SetRange(facts, split.items, &launch);
  return launch;
}

void SetRowKernel(PrepareContext& ctx, const RowSpec& spec) {
  const RowOperand& x = spec.operands[0];
  const RowOperand& y = spec.operands[1];
  KernelText kernel;
  kernel.In(x.name, x.type, 0).Out(y.name, y.type, 0);
  SetLaunches(ctx, {MakeRowKernel(FactsOf(ctx), std::move(kernel), spec)});
}

RowStep FoldStep(std::string name, std::string start, std::string value,
                 std::string combine, std::vector<std::string> loads) {
  RowStep step;
  step.kind = RowStep::Kind::kFold;
  step.name = std::move(name);
  step.start = std::move(start);
  step.value = std::move(value);
  step.combine = std::move(combine);
  step.loads = std::move(loads);
  return step;
}

RowStep TextStep(std::string text) {
  RowStep step;
  step.text = std::move(text);
  return step;
}

RowStep EachStep(std::vector<std::string> loads, std::string operand,
                 std::string value) {
  RowStep step = StoreStep(std::move(operand), std::move(value));
  step.kind = RowStep::Kind::kEach;
  step.loads = std::move(loads);
  return step;
}

RowStep StoreStep(std::string operand, std::string value) {
  RowStep step;
  step.stores.emplace_back(std::move(operand), std::move(value));
  return step;
}

}  // namespace onnxifi::opencl
