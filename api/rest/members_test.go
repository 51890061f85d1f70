package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

// Staff may not read a member, but an edit that changed nothing told them all.
func TestEditTellsStaffNoMoreThanAScan(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		made := s.Do("POST", "/api/v1/programs/demo/members",
			`{"name":"Ada","phone":"+31612345678","email":"ada@example.com","birthday":"1990-12-31"}`, s.As(apitest.Owner), apitest.NewKey())
		require.Equal(t, 201, made.Status)
		path := "/api/v1/members/" + str(made.JSON(), "id")
		private := []string{"phone", "email", "birthday", "passes", "page_url"}

		r := s.Do("PATCH", path, `{}`, s.As(apitest.Staff))
		require.Equal(t, 200, r.Status)
		require.Equal(t, "Ada", str(r.JSON(), "name"))
		for _, field := range private {
			require.NotContains(t, r.JSON(), field)
		}
		r = s.Do("PATCH", path, `{}`, s.As(apitest.Owner))
		for _, field := range private {
			require.Contains(t, r.JSON(), field)
		}
	})
}

// A number that somebody has says that there is a card and how to find it, and
// nothing of whose it is. It told staff the member's id.
func TestSecondEnrolmentShowsNothingOfTheFirst(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		made := s.Do("POST", "/api/v1/programs/demo/members",
			`{"name":"Ada Canary","phone":"+31612345678","email":"ada@canary.example","customer":"C-1"}`, s.As(apitest.Staff), apitest.NewKey())
		require.Equal(t, 201, made.Status, string(made.Body))
		for field, body := range map[string]string{
			"phone": `{"name":"Eve","phone":"0612345678"}`, "email": `{"name":"Eve","email":"ADA@canary.example"}`, "customer": `{"name":"Eve","customer":"C-1"}`,
		} {
			for _, who := range []string{apitest.Staff, apitest.Owner} {
				again := s.Do("POST", "/api/v1/programs/demo/members", body, s.As(who), apitest.NewKey())
				require.Equal(t, 409, again.Status)
				require.Equal(t, "already_member", again.Code())
				require.Equal(t, field, str(again.JSON(), "field"))
				require.Contains(t, str(again.JSON(), "detail"), "scan the card")
				for _, secret := range []string{"Canary", "canary", "612345678", str(made.JSON(), "id"), str(made.JSON(), "card")} {
					require.NotContains(t, string(again.Body), secret)
				}
			}
		}
	})
}

// The same key gets the same answer, whatever became of the member: a till that
// asks again must not read what the owner has written since.
func TestRepeatedEnrolmentGetsTheFirstAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Tiers = append([]models.Tier{{Name: "Bronze", From: 0}}, terms.Tiers...)
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		enrol := func() apitest.Reply {
			return s.Do("POST", "/api/v1/programs/demo/members",
				`{"name":"Ada","phone":"0612345678","consents":[{"purpose":"email","given":true,"wording":"yes"}]}`, s.As(apitest.Staff), apitest.Key("enrol"))
		}
		first := enrol()
		require.Equal(t, 201, first.Status, string(first.Body))
		require.Equal(t, "Bronze", str(first.JSON(), "tier"))
		path := "/api/v1/members/" + str(first.JSON(), "id")
		asked := s.Do("GET", path, nil, s.As(apitest.Owner))
		require.Equal(t, string(asked.Body), string(first.Body), "what it says is so")
		require.Equal(t, asked.Header.Get("ETag"), first.Header.Get("ETag"))

		require.Equal(t, 200, s.Do("PATCH", path, `{"email":"ada@canary.example","consents":[{"purpose":"email","given":false}]}`, s.As(apitest.Owner)).Status)
		require.Equal(t, 201, s.Do("POST", path+"/purchases", `{"amount":20000}`, s.As(apitest.Staff), apitest.NewKey()).Status)
		again := enrol()
		require.Equal(t, 201, again.Status)
		require.Equal(t, string(first.Body), string(again.Body))
		require.Equal(t, first.Header.Get("ETag"), again.Header.Get("ETag"))
	})
}

func TestInvitationOfAFriend(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada := s.Enrol("Ada")
		plain := s.Do("GET", "/api/v1/members/"+string(ada.ID), nil, s.As(apitest.Owner))
		require.NotContains(t, plain.JSON(), "referral", "the program gives nothing for friends")
		terms := apitest.Terms()
		terms.Referral = models.Referral{ID: "friend", Name: "A friend", FriendName: "Welcome", Unit: models.Points, Give: 100, FriendGive: 50}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
		require.NoError(t, err)
		mine := s.Do("GET", "/api/v1/members/"+string(ada.ID), nil, s.As(apitest.Owner)).JSON()["referral"].(map[string]any)
		require.Equal(t, s.URL+"/join/demo?friend="+mine["code"].(string), mine["url"])

		key := apitest.NewKey()
		asked := map[string]any{"name": "Bob", "referral": mine["code"]}
		for range 2 {
			bob := s.Do("POST", "/api/v1/programs/demo/members", asked, key, s.As(apitest.Staff))
			require.Equal(t, 201, bob.Status)
			require.NotEqual(t, mine["code"], bob.JSON()["referral"].(map[string]any)["code"])
			m, err := s.Stores.Members.Member(t.Context(), models.MemberID(bob.JSON()["id"].(string)))
			require.NoError(t, err)
			require.Equal(t, ada.ID, m.Referrer)
		}
		asked["referral"] = "9000000001"
		wrong := s.Do("POST", "/api/v1/programs/demo/members", asked, apitest.NewKey(), s.As(apitest.Staff))
		require.Equal(t, 422, wrong.Status)
		require.Equal(t, "unknown_referral", wrong.Code())
	})
}
