#include <algorithm>
#include <numeric>
#include <vector>

#include "backends/common/evaluate_context.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct Task {
  const void* boxes = nullptr;   // [batch, count, 4]
  const void* scores = nullptr;  // [batch, classes, count]
  int64_t batch = 0;
  int64_t classes = 0;
  int64_t count = 0;  // boxes of one batch entry
  bool center = false;
  int64_t most = 0;  // boxes selected per class
  float overlap = 0;
  float score = 0;
  bool use_score = false;
};

Reject Supports(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}, size_t{3}, size_t{4}}) {
    if (Reject r = RequireType(n, i, {DataType::kFloat}); !r.supported()) {
      return r;
    }
  }
  return RequireType(n, 2, {DataType::kInt64});
}

struct Box {
  float y0, x0, y1, x1;
  float area() const { return (y1 - y0) * (x1 - x0); }
};

Box LoadBox(const Task& s, int64_t i) {
  float v[4];
  for (int64_t k = 0; k < 4; ++k) v[k] = LoadAt<float>(s.boxes, i * 4 + k);
  if (s.center) {  // x, y, width, height
    return {v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2};
  }
  return {std::min(v[0], v[2]), std::min(v[1], v[3]), std::max(v[0], v[2]),
          std::max(v[1], v[3])};
}

bool Overlaps(const Box& a, const Box& b, float limit) {
  const float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  const float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  if (!(height > 0) || !(width > 0)) return false;
  const float common = height * width;
  const float all = a.area() + b.area() - common;
  if (a.area() <= 0 || b.area() <= 0 || all <= 0) return false;
  return common / all > limit;
}

// Selects in one class of one batch entry. `order` is room for all boxes.
void Select(const Task& s, int64_t box_base, int64_t score_base,
            std::vector<int64_t>& order, std::vector<int64_t>* kept) {
  const auto score = [&](int64_t i) {
    return LoadAt<float>(s.scores, score_base + i);
  };
  order.resize(static_cast<size_t>(s.count));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::erase_if(order, [&](int64_t i) {
    // Also drops NaN, so that the order below is total.
    return s.use_score ? !(score(i) > s.score) : score(i) != score(i);
  });
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  });
  kept->clear();
  for (const int64_t candidate : order) {
    if (static_cast<int64_t>(kept->size()) >= s.most) break;
    const Box box = LoadBox(s, box_base + candidate);
    const bool taken =
        std::any_of(kept->begin(), kept->end(), [&](int64_t other) {
          return Overlaps(box, LoadBox(s, box_base + other), s.overlap);
        });
    if (!taken) kept->push_back(candidate);
  }
}

// The one element of optional input i; `value` stays when it is absent.
template <typename T>
Status ReadOne(const EvaluateContext& ctx, size_t i, T* value) {
  if (!ctx.HasInput(i)) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* tensor,
                           ctx.Tensor(i, kDataTypeOf<T>));
  if (Product(tensor->dims) != 1) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("input ", i, " must be one element"));
  }
  *value = LoadAt<T>(tensor->data, 0);
  return Status::Ok();
}

Result<Task> MakeTask(const EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in_boxes,
                           ctx.Tensor(0, DataType::kFloat));
  ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* in_scores,
                           ctx.Tensor(1, DataType::kFloat));
  const Shape& boxes = in_boxes->dims;
  const Shape& scores = in_scores->dims;
  if (boxes.size() != 3 || scores.size() != 3 || boxes[2] != 4 ||
      boxes[0] != scores[0] || boxes[1] != scores[2]) {
    return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                     StrCat("boxes ", ShapeText(boxes), " and scores ",
                            ShapeText(scores), " do not fit"));
  }
  Task s;
  s.boxes = in_boxes->data;
  s.scores = in_scores->data;
  s.batch = boxes[0];
  s.count = boxes[1];
  s.classes = scores[1];
  s.center = ctx.attrs().Int("center_point_box", 0) != 0;
  s.use_score = ctx.HasInput(4);
  ONNXIFI_RETURN_IF_ERROR(ReadOne(ctx, 2, &s.most));
  ONNXIFI_RETURN_IF_ERROR(ReadOne(ctx, 3, &s.overlap));
  ONNXIFI_RETURN_IF_ERROR(ReadOne(ctx, 4, &s.score));
  return s;
}

Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const Task s, MakeTask(ctx));
  std::vector<int64_t> order;
  std::vector<int64_t> kept;
  std::vector<int64_t> rows;  // batch, class, box
  // Without boxes there may be any number of classes.
  const int64_t passes = s.count == 0 || s.most <= 0 ? 0 : s.batch * s.classes;
  for (int64_t c = 0; c < passes; ++c) {
    const int64_t b = c / s.classes;
    Select(s, b * s.count, c * s.count, order, &kept);
    for (const int64_t box : kept) {
      rows.insert(rows.end(), {b, c % s.classes, box});
    }
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      int64_t * out,
      ctx.MakeOutput<int64_t>(0, DataType::kInt64,
                              {static_cast<int64_t>(rows.size() / 3), 3}));
  std::copy(rows.begin(), rows.end(), out);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(non_max_suppression, {.op = "NonMaxSuppression",
                                         .supports = &Supports,
                                         .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
