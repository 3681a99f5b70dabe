"""A backend with known faults, to see that run_suite.py notices them.

Computes with ONNX's reference evaluator, except for some operators.
"""

import os
import time

import numpy as np
import onnx.reference
from onnx.backend.base import BackendRep

from onnxifi_backend import OneNode, Refused, feed_of

WRONG, DIES, HANGS, REFUSED, RAISES = "Tanh", "Sin", "Cos", "Tan", "Exp"


class FaultyRep(BackendRep):
    def __init__(self, model):
        self.operator = model.graph.node[0].op_type
        self.evaluator = onnx.reference.ReferenceEvaluator(model)

    def run(self, inputs, **kwargs):
        if self.operator == DIES:
            os.abort()
        if self.operator == HANGS:
            time.sleep(1000)
        if self.operator == RAISES:
            raise ValueError("as told")
        results = self.evaluator.run(
            None, feed_of(self.evaluator.input_names, inputs))
        if self.operator == WRONG:
            results = [r * np.float32(1.01) for r in results]
        return tuple(results)


class Faulty(OneNode):
    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        super().prepare(model, device, **kwargs)
        if model.graph.node[0].op_type == REFUSED:
            raise Refused("as told")
        return FaultyRep(model)
