//! A module's float parameters as plain vectors, keyed by id: for averaging and comparing.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};

/// The float parameters of one module, `ParamId -> values`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlatParams(pub HashMap<ParamId, Vec<f32>>);

impl FlatParams {
    /// Copies the parameters out of `module` (which has to hold f32).
    pub fn of<M: Module>(module: &M) -> Self {
        let mut flat = Self::default();
        module.visit(&mut flat);
        flat
    }

    /// `self = decay * self + (1 - decay) * module`: one step of an exponential moving average.
    pub fn average_in<M: Module>(&mut self, module: &M, decay: f32) {
        let new = Self::of(module).0;
        for (id, mean) in &mut self.0 {
            let Some(new) = new.get(id) else { continue };
            for (m, n) in mean.iter_mut().zip(new) {
                *m += (1.0 - decay) * (n - *m);
            }
        }
    }

    /// `module` with these values in place of its own.
    pub fn put_into<M: Module>(&self, module: M) -> M {
        module.map(&mut Putter(self))
    }
}

impl ModuleVisitor for FlatParams {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // A parameter that does not read back as f32 has no place in an average.
        if let Ok(values) = param.val().into_data().try_into_vec::<f32>() {
            self.0.insert(param.id, values);
        }
    }
}

struct Putter<'a>(&'a FlatParams);

impl ModuleMapper for Putter<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.0.0.get(&param.id) else {
            return param;
        };
        param.map(|tensor| {
            let data = TensorData::new(values.clone(), tensor.shape());
            Tensor::from_data(data, &tensor.device())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Device;

    #[test]
    fn average_and_put_back() {
        let device = Device::flex();
        let a: Linear = LinearConfig::new(2, 2).init(&device);
        let ones = a.clone().map(&mut Fill(1.0));
        let zeros = a.map(&mut Fill(0.0));
        let mut mean = FlatParams::of(&zeros);
        mean.average_in(&ones, 0.75);
        let mixed = FlatParams::of(&mean.put_into(zeros));
        assert_eq!(mixed.0.len(), 2);
        for values in mixed.0.values() {
            assert!(values.iter().all(|&v| v == 0.25), "{values:?}");
        }
    }

    struct Fill(f64);
    impl ModuleMapper for Fill {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|t| t.full_like(self.0))
        }
    }
}
