#include <string>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/cpu/image_library.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::TensorData;

bool ParsePixelFormat(std::string_view text, int* format) {
  if (text == "RGB") {
    *format = ONNXIFI_IMAGE_RGB;
  } else if (text == "BGR") {
    *format = ONNXIFI_IMAGE_BGR;
  } else if (text == "Grayscale") {
    *format = ONNXIFI_IMAGE_GRAYSCALE;
  } else {
    return false;
  }
  return true;
}

Reject Supports(const NodeView& n) {
  int format = 0;
  const auto text = n.attrs().String("pixel_format", "RGB");
  if (!ParsePixelFormat(text, &format)) {
    return {RejectReason::kAttribute, StrCat("pixel_format ", text)};
  }
  if (Reject r = RequireType(n, 0, {DataType::kUint8}); !r.supported()) {
    return r;
  }
  const auto library = ImageLibrary::Load();
  if (library.ok()) return {};
  return {RejectReason::kUnknownOperator, library.status().message()};
}

// The tensor of one picture, made when the decoder knows its size.
struct Picture {
  graph::NewTensor made;

  static uint8_t* Allocate(void* context, uint32_t height, uint32_t width,
                           uint32_t channels) {
    auto* picture = static_cast<Picture*>(context);
    Result<graph::NewTensor> made = graph::MakeTensor(
        DataType::kUint8, {int64_t{height}, int64_t{width}, int64_t{channels}});
    if (!made.ok()) return nullptr;
    picture->made = std::move(made).value();
    return static_cast<uint8_t*>(picture->made.data);
  }
};

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in,
                           ctx.Tensor(0, DataType::kUint8));
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<const ImageLibrary> library,
                           ctx.packed().GetOrMake<ImageLibrary>(
                               "ImageLibrary", &ImageLibrary::Load));
  int format = ONNXIFI_IMAGE_RGB;
  ParsePixelFormat(ctx.attrs().String("pixel_format", "RGB"), &format);
  Picture picture;
  const int failed =
      library->decode()(static_cast<const uint8_t*>(in->data), in->bytes,
                        format, &Picture::Allocate, &picture);
  if (failed == 0) {
    ctx.SetOutput(0, RunValue::Tensor(std::move(picture.made.tensor)));
    return Status::Ok();
  }
  // What is no picture gives an empty one, as ONNX has it.
  const int64_t channels = format == ONNXIFI_IMAGE_GRAYSCALE ? 1 : 3;
  return ctx.MakeOutput<uint8_t>(0, DataType::kUint8, {0, 0, channels})
      .status();
}

}  // namespace

ONNXIFI_DEFINE_OPS(image_decoder, {.op = "ImageDecoder",
                                   .supports = &Supports,
                                   .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
