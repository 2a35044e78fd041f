//! Canvas: the notices that tools ask for and that wait to be sent.

use super::World;

impl World {
    /// Canvas: lets the first tool ask for notices, or no longer.
    pub fn grant_notices(&self, granted: bool) {
        if let Some(tool) = self.lock().tools.first_mut() {
            tool.may_be_notified = granted;
        }
    }

    /// Canvas: where the first tool's notices of that type go.
    #[must_use]
    pub fn notice_handler(&self, notice_type: &str) -> Option<String> {
        let data = self.lock();
        data.tools.first()?.notice_handlers.get(notice_type).cloned()
    }

    /// Canvas: sends what waits, each notice once, whatever the answer.
    pub async fn deliver_notices(&self) {
        let letters = std::mem::take(&mut self.lock().outbox);
        for letter in letters {
            let body = serde_json::json!({"notices": [{"jwt": letter.jwt}]});
            let sent = self.http().post(&letter.address).json(&body).send().await;
            let status = sent.ok().map(|answer| answer.status().as_u16());
            self.lock().delivered.push((letter.notice_type, status));
        }
    }

    /// Canvas: the tokens of the notices that wait to be sent.
    #[must_use]
    pub fn waiting_notices(&self) -> Vec<String> {
        let data = self.lock();
        data.outbox.iter().map(|letter| letter.jwt.clone()).collect()
    }

    /// Canvas: type and status of each notice that was sent; no status where nobody answered.
    #[must_use]
    pub fn delivered_notices(&self) -> Vec<(String, Option<u16>)> {
        self.lock().delivered.clone()
    }
}
