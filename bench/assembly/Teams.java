import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.ProblemFactCollectionProperty;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintCollectors;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.score.stream.Joiners;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.solver.SolverConfig;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/** Team assembly as Timefold takes it, with its default solver. Reads numbers on standard input, prints the seats taken. */
public class Teams {

    /** A home unit with what it may lend. */
    public record Unit(int id, int cap, int quota, int penalty) {}

    public record Team(int id, int unitCap) {}

    /** One eligible (person, team, role); labels are bits. */
    public record Option(int person, Unit unit, int score, long labels) {}

    /** At least and at most so many seats of a team carry a label (most below 0: no limit). */
    public record Bound(int team, int label, int least, int most) {}

    public record Reward(int team, int label, int each, int upTo) {}

    public record Pair(int first, int second) {}

    @PlanningEntity
    public static class Seat {
        @PlanningId
        public int id;
        public Team team;
        public int role;

        @ValueRangeProvider(id = "options")
        public List<Option> options;

        @PlanningVariable(valueRangeProviderRefs = "options")
        public Option option;

        public Team getTeam() {
            return team;
        }

        public int getPerson() {
            return option.person();
        }

        public boolean carries(int label) {
            return (option.labels() >> label & 1) == 1;
        }
    }

    @PlanningSolution
    public static class Round {
        @ProblemFactCollectionProperty
        public List<Bound> bounds = new ArrayList<>();
        @ProblemFactCollectionProperty
        public List<Reward> rewards = new ArrayList<>();
        @ProblemFactCollectionProperty
        public List<Pair> apart = new ArrayList<>();
        @PlanningEntityCollectionProperty
        public List<Seat> seats = new ArrayList<>();
        @PlanningScore
        public HardSoftLongScore score;
    }

    public static class Rules implements ConstraintProvider {
        @Override
        public Constraint[] defineConstraints(ConstraintFactory f) {
            return new Constraint[] {
                f.forEachUniquePair(Seat.class, Joiners.equal(Seat::getPerson))
                    .penalizeLong(HardSoftLongScore.ONE_HARD, (a, b) -> 1L)
                    .asConstraint("a person sits once"),
                f.forEach(Seat.class)
                    .groupBy(s -> s.option.unit(), ConstraintCollectors.count())
                    .filter((unit, lent) -> lent > unit.cap())
                    .penalizeLong(HardSoftLongScore.ONE_HARD, (unit, lent) -> lent - unit.cap())
                    .asConstraint("a unit's cap"),
                f.forEach(Seat.class)
                    .groupBy(Seat::getTeam, s -> s.option.unit(), ConstraintCollectors.count())
                    .filter((team, unit, there) -> there > team.unitCap())
                    .penalizeLong(HardSoftLongScore.ONE_HARD, (team, unit, there) -> there - team.unitCap())
                    .asConstraint("a unit's share of a team"),
                // Rewarded up to the minimum, so that a label nobody carries is missed as well.
                f.forEach(Bound.class)
                    .join(Seat.class, Joiners.equal(Bound::team, s -> s.team.id()))
                    .filter((bound, seat) -> seat.carries(bound.label()))
                    .groupBy((bound, seat) -> bound, ConstraintCollectors.countBi())
                    .impactLong(HardSoftLongScore.ONE_HARD, (bound, there) -> Math.min(there, bound.least())
                        - (bound.most() < 0 ? 0 : Math.max(0, there - bound.most())) + 0L)
                    .asConstraint("how many carry a label"),
                f.forEach(Pair.class)
                    .join(Seat.class, Joiners.equal(Pair::first, Seat::getPerson))
                    .join(Seat.class, Joiners.equal((pair, a) -> pair.second(), Seat::getPerson),
                        Joiners.equal((pair, a) -> a.team, Seat::getTeam))
                    .penalizeLong(HardSoftLongScore.ONE_HARD, (pair, a, b) -> 1L)
                    .asConstraint("never together"),
                f.forEach(Seat.class)
                    .impactLong(HardSoftLongScore.ONE_SOFT, s -> s.option.score())
                    .asConstraint("fit"),
                f.forEach(Seat.class)
                    .groupBy(s -> s.option.unit(), ConstraintCollectors.count())
                    .filter((unit, lent) -> lent > unit.quota())
                    .penalizeLong(HardSoftLongScore.ONE_SOFT, (unit, lent) -> (long) unit.penalty() * (lent - unit.quota()))
                    .asConstraint("over quota"),
                f.forEach(Reward.class)
                    .join(Seat.class, Joiners.equal(Reward::team, s -> s.team.id()))
                    .filter((reward, seat) -> seat.carries(reward.label()))
                    .groupBy((reward, seat) -> reward, ConstraintCollectors.countBi())
                    .rewardLong(HardSoftLongScore.ONE_SOFT, (reward, there) -> (long) reward.each() * Math.min(there, reward.upTo()))
                    .asConstraint("rewarded labels"),
            };
        }
    }

    private static StringTokenizer line(BufferedReader in) throws Exception {
        return new StringTokenizer(in.readLine());
    }

    private static int next(StringTokenizer words) {
        return Integer.parseInt(words.nextToken());
    }

    private static Round read(BufferedReader in) throws Exception {
        Round round = new Round();
        StringTokenizer sizes = line(in);
        int units = next(sizes), teams = next(sizes), roles = next(sizes), options = next(sizes);
        int bounds = next(sizes), rewards = next(sizes), apart = next(sizes);
        Unit[] unit = new Unit[units];
        for (int n = 0; n < units; n++) {
            StringTokenizer w = line(in);
            unit[n] = new Unit(n, next(w), next(w), next(w));
        }
        List<List<Option>> of = new ArrayList<>();
        for (int n = 0; n < teams * roles; n++) of.add(new ArrayList<>());
        for (int t = 0; t < teams; t++) {
            StringTokenizer w = line(in);
            Team team = new Team(t, next(w));
            for (int r = 0; r < roles; r++) {
                int wanted = next(w);
                for (int n = 0; n < wanted; n++) {
                    Seat seat = new Seat();
                    seat.id = round.seats.size();
                    seat.team = team;
                    seat.role = r;
                    seat.options = of.get(t * roles + r);
                    round.seats.add(seat);
                }
            }
        }
        for (int n = 0; n < options; n++) {
            StringTokenizer w = line(in);
            int person = next(w), home = next(w), team = next(w), role = next(w), score = next(w);
            of.get(team * roles + role).add(new Option(person, unit[home], score, Long.parseLong(w.nextToken())));
        }
        for (int n = 0; n < bounds; n++) {
            StringTokenizer w = line(in);
            round.bounds.add(new Bound(next(w), next(w), next(w), next(w)));
        }
        for (int n = 0; n < rewards; n++) {
            StringTokenizer w = line(in);
            round.rewards.add(new Reward(next(w), next(w), next(w), next(w)));
        }
        for (int n = 0; n < apart; n++) {
            StringTokenizer w = line(in);
            round.apart.add(new Pair(next(w), next(w)));
        }
        return round;
    }

    public static void main(String[] args) throws Exception {
        Round round = read(new BufferedReader(new InputStreamReader(System.in)));
        SolverFactory<Round> factory = SolverFactory.create(new SolverConfig()
            .withSolutionClass(Round.class)
            .withEntityClasses(Seat.class)
            .withConstraintProviderClass(Rules.class)
            .withTerminationSpentLimit(Duration.ofMillis(Math.round(1000 * Double.parseDouble(args[0])))));
        Round best = factory.buildSolver().solve(round);
        // Who does not finish a first proposal within the limit has none.
        if (best.seats.stream().anyMatch(seat -> seat.option == null)) return;
        StringBuilder out = new StringBuilder();
        for (Seat seat : best.seats) out.append(seat.getPerson() + " " + seat.team.id() + " " + seat.role + "\n");
        System.out.print(out);
    }
}
