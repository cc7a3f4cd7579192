from atomscreen.campaign.campaign import Track
from atomscreen.campaign.criteria import Selector
from atomscreen.campaign.estimate import Estimate, time_left
from atomscreen.campaign.funnel import TopStep
from tests.campaign.toys import candidates, step, toy_stages


def test_what_remains_times_what_it_took():
    with toy_stages():
        steps = [step("weigh"), TopStep(3, Selector.parse("density")), step("press")]
        tracks = [Track(candidate, steps) for candidate in candidates(10)]
        assert time_left(tracks, [], {}, 2) == Estimate(0.0, ("press", "weigh"))
        assert time_left(tracks, [], {"weigh": [1.0, 3.0]}, 2) == Estimate(10.0, ("press",))
        # Ten weighings of 2 s and, behind 'top', three pressings of 8 s, on two workers.
        assert time_left(tracks, [], {"weigh": [1.0, 3.0], "press": [8.0]}, 2) == Estimate(22.0, ())
        for track in tracks[:9]:
            track.status = "passed"
        tracks[9].position = 2
        assert time_left(tracks, [], {"weigh": [2.0], "press": [8.0]}, 1) == Estimate(8.0, ())
