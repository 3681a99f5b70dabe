#include "backends/opencl/kernels/row_kernel.h"

#include <algorithm>

#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/row_plan.h"
#include "backends/opencl/kernels/row_writer.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using Mode = RowPlan::Mode;

// Elements that an item of a CPU should at least do.
constexpr int64_t kLeastRun = 4096;

// Rows one by one, or blocks of `width` of them along the last dimension.
std::string ItemText(const RowWriter& writer, const RowPlan& plan,
                     const WorkSplit& split, int64_t units) {
  const size_t last = plan.kept.size() - 1;
  const int64_t length = plan.kept[last].size;
  const int width = plan.mode == Mode::kItem ? plan.width : 1;
  const int64_t blocks = (length + width - 1) / width;
  const std::vector<int64_t> sizes = SizesOf(plan.kept);
  std::string text =
      StrCat(RunText(split, units, plan.index, "unit"), plan.index,
             " r = unit;\nconst ", plan.index, " block_ = r % ", blocks,
             "; r /= ", blocks, ";\n",
             DecodeText(std::span(sizes).first(last), plan.index, "k"));
  const std::string k = StrCat("k", last);
  const std::string at = StrCat(plan.index, " ", k, " = block_ * ", width);
  if (length % width == 0) {
    return StrCat(text, "const ", at, ";\n", writer.Program(width), "}\n");
  }
  return StrCat(text, at, ";\nif (", k, " + ", width, " <= ", length, ") {\n",
                writer.Program(width), "} else for (; ", k, " < ", length,
                "; ++", k, ") {\n", writer.Program(1), "}\n}\n");
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
  const int width = plan.mode == Mode::kItem ? plan.width : 1;
  const int64_t length = plan.kept.back().size;
  const int64_t units =
      plan.rows / std::max<int64_t>(length, 1) * ((length + width - 1) / width);
  const int64_t work = std::max<int64_t>(plan.count, 1) * width;
  const WorkSplit split =
      SplitWork(facts, units, std::max<int64_t>(kLeastRun / work, 1));
  Launch launch = kernel.Finish(ItemText(writer, plan, split, units));
  SetRange(facts, split.items, &launch);
  return launch;
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

}  // namespace onnxifi::opencl
