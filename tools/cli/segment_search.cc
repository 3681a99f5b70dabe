#include "tools/cli/segment_search.h"

namespace onnxifi::client {
namespace {

// Moves the end to the front as far as the segment still differs: to a place
// where it does and one node less does not. Nothing of nothing differs.
Status ShrinkEnd(const SegmentDiffers& differs, Segment* segment) {
  size_t equal = segment->begin;
  while (segment->end - equal > 1) {
    const size_t middle = equal + (segment->end - equal) / 2;
    ONNXIFI_ASSIGN_OR_RETURN(const bool different,
                             differs({segment->begin, middle}));
    (different ? segment->end : equal) = middle;
  }
  return Status::Ok();
}

Status ShrinkBegin(const SegmentDiffers& differs, Segment* segment) {
  size_t equal = segment->end;
  while (equal - segment->begin > 1) {
    const size_t middle = segment->begin + (equal - segment->begin) / 2;
    ONNXIFI_ASSIGN_OR_RETURN(const bool different,
                             differs({middle, segment->end}));
    (different ? segment->begin : equal) = middle;
  }
  return Status::Ok();
}

}  // namespace

Result<Segment> FindSegment(size_t nodes, const SegmentDiffers& differs) {
  Segment segment = {0, nodes};
  for (;;) {
    ONNXIFI_RETURN_IF_ERROR(ShrinkEnd(differs, &segment));
    const size_t begin = segment.begin;
    ONNXIFI_RETURN_IF_ERROR(ShrinkBegin(differs, &segment));
    if (segment.begin == begin || segment.size() == 1) return segment;
    // With another beginning the end may have become too much.
    ONNXIFI_ASSIGN_OR_RETURN(const bool less,
                             differs({segment.begin, segment.end - 1}));
    if (!less) return segment;
    --segment.end;
  }
}

}  // namespace onnxifi::client
