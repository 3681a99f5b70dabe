#include "backends/opencl/reorder.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/tile_text.h"
#include "backends/opencl/launch.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

int64_t BlockOf(Layout layout) {
  return layout == Layout::kPlain ? 1 : static_cast<int64_t>(layout);
}

}  // namespace

Layout BlockedLayout(const DeviceFacts& facts) {
  return VectorWidth(facts) == 16 ? Layout::kChannels16 : Layout::kChannels8;
}

graph::Shape PhysicalDims(const TensorDesc& desc) {
  if (desc.layout == Layout::kPlain) return desc.dims;
  const int64_t block = BlockOf(desc.layout);
  graph::Shape dims = desc.dims;
  dims[1] = (dims[1] + block - 1) / block;
  dims.push_back(block);
  return dims;
}

Status MakeReorder(const TensorDesc& from, Layout to, RunFn* fn,
                   std::shared_ptr<const void>* state) {
  const int64_t channels = from.dims[1];
  const int64_t points =
      Product(std::span<const int64_t>(from.dims).subspan(2));
  const int64_t from_block = BlockOf(from.layout);
  const int64_t to_block = BlockOf(to);
  const auto place = [&](int64_t block) {
    return StrCat("((n * ", (channels + block - 1) / block, "L + c / ", block,
                  ") * ", points, " + p) * ", block, " + c % ", block);
  };
  KernelText kernel;
  kernel.In("x", from.type, 0).Out("y", from.type, 0).Restrict();
  const int64_t padded = (channels + to_block - 1) / to_block * to_block;
  // Over the places of the target, innermost first, for writes in their order.
  const std::string body =
      StrCat("    const long n = c0, p = c2, c = c1 * ", to_block,
             " + c3;\n    y[i] = ",
             padded == channels ? "" : StrCat("c >= ", channels, " ? 0 : "),
             "x[", place(from_block), "];");
  const graph::Shape dims = {from.dims[0], padded / to_block, points, to_block};
  LaunchList list;
  if (Product(dims) > 0) {
    DeviceFacts cpu;
    cpu.cpu_form = true;
    cpu.compute_units = 8;
    list.launches.push_back(MakeCoordinateLoop(cpu, kernel, dims, body));
  }
  *fn = LaunchFn();
  *state = std::make_shared<const LaunchList>(std::move(list));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
