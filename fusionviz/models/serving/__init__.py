"""Models that answer in another process: the seam below `analysis`.

`analysis` calls a model's methods and does not know where the model is. `opening` gives
it the model itself or, where `FUSIONVIZ_MODEL_SERVER` names a model server, what stands
for it: the model's class without weights (`stand_ins`). A method that needs weights
makes a question of itself (`questions`), which `server` sends over HTTP as bytes
(`messages`: safetensors, no pickles). There a `runner` has the weights and answers what
can be asked (`calls`); `ray_serve` runs it, in replicas behind one address.
"""
