package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/wallet"
)

// publish publishes the demo program with other rewards.
func publish(t *testing.T, s *apitest.Server, rewards ...any) {
	t.Helper()
	owner := s.As(apitest.Owner)
	terms := s.Do("GET", "/api/v1/programs/demo", nil, owner).JSON()["terms"].(map[string]any)
	terms["rewards"] = rewards
	put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
	require.Equal(t, 200, put.Status, string(put.Body))
}

// Rewards of several kinds, as a till offers and gives them.
func TestRewardsThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff := s.As(apitest.Staff)
		publish(t, s,
			map[string]any{"id": "cake", "name": "A piece of cake", "unit": "points", "cost": 30, "choose": []string{"Apple", "Cheese"}, "stock": 1},
			map[string]any{"id": "off", "name": "€1 off", "unit": "points", "cost": 10, "kind": "amount_off", "amount": 100, "repeat": 5},
			map[string]any{"id": "gold", "name": "An evening", "unit": "points", "cost": 1, "kind": "access", "tier": "Gold"},
			map[string]any{"id": "elsewhere", "name": "For another place", "unit": "points", "cost": 1, "when": map[string]any{"locations": []string{"Harbour"}}},
			map[string]any{"id": "welcome", "name": "A welcome coffee"})
		m := s.Enrol("Ada")
		s.Earn(m, 7500)
		scan := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": m.Card}, staff)
		require.Equal(t, 200, scan.Status, string(scan.Body))
		why := map[string]any{}
		for _, one := range scan.JSON()["rewards"].([]any) {
			o := one.(map[string]any)
			why[str(o, "id")] = str(o, "why")
			require.Equal(t, o["ready"], str(o, "why") == "")
		}
		require.Equal(t, map[string]any{"cake": "", "off": "", "gold": "level_too_low", "elsewhere": "not_now"}, why, "what a voucher gets is not for units")

		path := "/api/v1/members/" + string(m.ID) + "/redemptions"
		for _, tt := range []struct {
			body   string
			status int
			code   string
			points float64
		}{
			{`{}`, 422, "reward_missing", 0},
			{`{"reward": "cake"}`, 422, "choice_missing", 0},
			{`{"reward": "cake", "choice": "Carrot"}`, 422, "unknown_choice", 0},
			{`{"reward": "cake", "choice": "Apple"}`, 201, "", 45},
			{`{"reward": "cake", "choice": "Apple"}`, 409, "out_of_stock", 0},
			{`{"reward": "off", "units": 15}`, 422, "wrong_units", 0},
			{`{"reward": "off", "units": 60}`, 422, "wrong_units", 0},
			{`{"reward": "off", "units": 50}`, 409, "not_enough", 0},
			{`{"reward": "off", "units": 40}`, 201, "", 5},
			{`{"reward": "gold"}`, 409, "level_too_low", 0},
			{`{"reward": "welcome"}`, 409, "voucher_needed", 0},
			{`{"voucher": "123"}`, 404, "no_voucher", 0},
		} {
			got := s.Do("POST", path, tt.body, staff, apitest.NewKey())
			require.Equal(t, tt.status, got.Status, "%s: %s", tt.body, got.Body)
			if tt.code != "" {
				require.Equal(t, tt.code, got.Code(), tt.body)
				continue
			}
			require.Equal(t, tt.points, got.JSON()["balances"].(map[string]any)["points"])
		}
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}

// A voucher from the marketer who makes it to the till that takes it.
func TestVouchersThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff, marketer, other := s.As(apitest.Staff), s.As(apitest.Marketer), s.As(apitest.OtherOwner)
		publish(t, s, map[string]any{"id": "welcome", "name": "A welcome coffee"})
		const vouchers = "/api/v1/programs/demo/vouchers"
		key := apitest.NewKey()
		batch := `{"reward": "welcome", "count": 3, "reason": "Opening day"}`
		made := s.Do("POST", vouchers, batch, marketer, key)
		require.Equal(t, 201, made.Status, string(made.Body))
		require.Equal(t, made.JSON(), s.Do("POST", vouchers, batch, marketer, key).JSON(), "the same key")
		require.Equal(t, 403, s.Do("POST", vouchers, batch, staff, apitest.NewKey()).Status)
		require.Equal(t, 404, s.Do("POST", vouchers, batch, other, apitest.NewKey()).Status)
		for _, body := range []string{`{"reward": "car"}`, `{"reward": "welcome", "count": 5001}`, `{"reward": "welcome", "until": "2020-01-01T00:00:00Z"}`} {
			require.Equal(t, 422, s.Do("POST", vouchers, body, marketer, apitest.NewKey()).Status, body)
		}
		all := made.JSON()["vouchers"].([]any)
		require.Len(t, all, 3)
		code := func(n int) string { return str(all[n].(map[string]any), "code") }
		require.Regexp(t, `^8\d{15}$`, code(0))

		batches := s.Do("GET", "/api/v1/programs/demo/batches", nil, marketer).JSON()["batches"].([]any)
		require.Len(t, batches, 1)
		page := s.Do("GET", vouchers+"?limit=2&batch="+str(made.JSON(), "batch"), nil, marketer).JSON()
		require.Len(t, page["vouchers"], 2)
		rest := s.Do("GET", vouchers+"?limit=2&batch="+str(made.JSON(), "batch")+"&cursor="+str(page, "next_cursor"), nil, marketer).JSON()
		require.Len(t, rest["vouchers"], 1)
		require.NotContains(t, rest, "next_cursor")
		require.Equal(t, 422, s.Do("GET", vouchers, nil, marketer).Status)

		scanned := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": code(0)}, staff)
		require.Equal(t, 200, scanned.Status, string(scanned.Body))
		require.NotContains(t, scanned.JSON(), "member")
		require.Equal(t, "A welcome coffee", str(scanned.JSON()["vouchers"].([]any)[0].(map[string]any), "name"))

		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		use := map[string]any{"voucher": code(0)[:4] + " " + code(0)[4:]}
		used := s.Do("POST", "/api/v1/members/"+string(ada.ID)+"/redemptions", use, staff, apitest.NewKey())
		require.Equal(t, 201, used.Status, string(used.Body))
		require.Equal(t, code(0), str(used.JSON(), "taken", "voucher"))
		again := s.Do("POST", "/api/v1/members/"+string(bob.ID)+"/redemptions", use, staff, apitest.NewKey())
		require.Equal(t, 409, again.Status)
		require.Equal(t, "voucher_used", again.Code())
		require.Equal(t, "voucher_used", s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": code(0)}, staff).Code())

		given := s.Do("POST", vouchers+"/"+code(1)+"/gifts", map[string]any{"member": bob.ID}, marketer, apitest.NewKey())
		require.Equal(t, 200, given.Status, string(given.Body))
		found := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": code(1)}, staff).JSON()
		require.Equal(t, string(bob.ID), str(found, "member", "id"), "the voucher leads to whom it was given")
		mine := s.Do("GET", vouchers+"?member="+string(bob.ID), nil, marketer).JSON()
		require.Len(t, mine["vouchers"], 1)
		void := s.Do("POST", vouchers+"/"+code(2)+"/cancellations", `{"reason": "torn"}`, marketer, apitest.NewKey())
		require.Equal(t, "cancelled", str(void.JSON(), "state"), string(void.Body))
		require.Equal(t, "cancelled", str(s.Do("GET", vouchers+"/"+code(2), nil, staff).JSON(), "state"))
		require.Equal(t, 404, s.Do("GET", "/api/v1/programs/other/vouchers/"+code(2), nil, staff).Status)
	})
}
