#include <algorithm>
#include <numeric>

#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t batch = 0;
  int64_t classes = 0;
  int64_t boxes = 0;
  int64_t results = 0;  // rows of the declared output
  bool center = false;
  bool has_most = false;
  bool has_overlap = false;
  bool has_score = false;
};

// How many boxes are selected is known only after the run, so the model must
// declare it.
Reject Supports(const NodeView& n) {
  for (const size_t i : {size_t{0}, size_t{1}, size_t{3}, size_t{4}}) {
    if (Reject r = RequireType(n, i, {DataType::kFloat}); !r.supported()) {
      return r;
    }
  }
  if (Reject r = RequireType(n, 2, {DataType::kInt64}); !r.supported()) {
    return r;
  }
  return HasStaticOutput(n, 0)
             ? Reject()
             : Reject(RejectReason::kDynamicShape, "the number of results");
}

struct Box {
  float y0, x0, y1, x1;
  float area() const { return (y1 - y0) * (x1 - x0); }
};

Box LoadBox(const State& s, const void* boxes, int64_t i) {
  float v[4];
  for (int64_t k = 0; k < 4; ++k) v[k] = LoadAt<float>(boxes, i * 4 + k);
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

struct Limits {
  int64_t most;
  float overlap;
  float score;
  bool use_score;
};

// Selects in one class of one batch entry; order and kept have room for all
// boxes. Returns how many were kept.
int64_t Select(const State& s, const Limits& limits, const void* boxes,
               const void* scores, int64_t box_base, int64_t score_base,
               int64_t* order, int64_t* kept) {
  const auto score = [&](int64_t i) {
    return LoadAt<float>(scores, score_base + i);
  };
  std::iota(order, order + s.boxes, int64_t{0});
  int64_t* last = std::remove_if(order, order + s.boxes, [&](int64_t i) {
    // Also drops NaN, so that the order below is total.
    return limits.use_score ? !(score(i) > limits.score) : score(i) != score(i);
  });
  std::sort(order, last, [&](int64_t a, int64_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  });
  int64_t count = 0;
  for (int64_t* at = order; at != last && count < limits.most; ++at) {
    const Box box = LoadBox(s, boxes, box_base + *at);
    bool free = true;
    for (int64_t k = 0; free && k < count; ++k) {
      free =
          !Overlaps(box, LoadBox(s, boxes, box_base + kept[k]), limits.overlap);
    }
    if (free) kept[count++] = *at;
  }
  return count;
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  Limits limits = {0, 0, 0, s.has_score};
  if (s.has_most) limits.most = LoadAt<int64_t>(args.in[2], 0);
  if (s.has_overlap) limits.overlap = LoadAt<float>(args.in[3], 0);
  if (s.has_score) limits.score = LoadAt<float>(args.in[4], 0);
  int64_t* order = static_cast<int64_t*>(args.scratch);
  int64_t* kept = order + s.boxes;
  int64_t row = 0;
  for (int64_t c = 0; c < s.batch * s.classes; ++c) {
    const int64_t b = c / s.classes;
    const int64_t count = Select(s, limits, args.in[0], args.in[1], b * s.boxes,
                                 c * s.boxes, order, kept);
    if (count > s.results - row) return ONNXIFI_STATUS_INTERNAL_ERROR;
    for (int64_t k = 0; k < count; ++k, ++row) {
      StoreAt<int64_t>(args.out[0], row * 3, b);
      StoreAt<int64_t>(args.out[0], row * 3 + 1, c % s.classes);
      StoreAt<int64_t>(args.out[0], row * 3 + 2, kept[k]);
    }
  }
  return row == s.results ? ONNXIFI_STATUS_SUCCESS
                          : ONNXIFI_STATUS_INTERNAL_ERROR;
}

Status Prepare(PrepareContext& ctx) {
  const Shape& boxes = ctx.in(0).dims;
  const Shape& scores = ctx.in(1).dims;
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, DeclaredOutput(ctx, 0));
  bool fits = boxes.size() == 3 && scores.size() == 3 && boxes[2] == 4 &&
              boxes[0] == scores[0] && boxes[1] == scores[2] &&
              dims.size() == 2 && dims[1] == 3;
  for (size_t i = 2; i < 5; ++i) {
    fits = fits && (!ctx.HasInput(i) || Product(ctx.in(i).dims) == 1);
  }
  if (!fits) {
    return ShapeError(ctx, StrCat("boxes ", ShapeText(boxes), " and scores ",
                                  ShapeText(scores), " do not fit"));
  }
  State s;
  s.batch = boxes[0];
  s.boxes = boxes[1];
  s.classes = scores[1];
  s.results = dims[0];
  s.center = ctx.attrs().Int("center_point_box", 0) != 0;
  s.has_most = ctx.HasInput(2);
  s.has_overlap = ctx.HasInput(3);
  s.has_score = ctx.HasInput(4);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {DataType::kInt64, std::move(dims)}));
  ctx.BookScratch(static_cast<size_t>(2 * s.boxes) * sizeof(int64_t));
  ctx.SetStepState(&Run, s);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(non_max_suppression, {.op = "NonMaxSuppression",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::cpu
